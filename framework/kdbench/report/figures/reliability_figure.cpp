/// Reliability diagrams of teachers.
#include <kdbench/report/figures/figure_parts.h>
#include <kdbench/report/figures/figures.h>

#include <kdbench/leaderboard/boards/teachers.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::report {
namespace {

/// One bin over the seeds that have samples in it.
struct Bin {
  double lower = 0, upper = 1;
  std::size_t samples = 0;
  std::vector<double> accuracy, confidence;
};
using Bins = std::vector<Bin>;

/// What one checkpoint says: bins and ECE before scaling, and after it where they are known.
struct Reliability {
  Bins before, after;
  std::vector<double> ece_before, ece_after, temperature;
};

void add_number(std::vector<double>& to, double value) {
  if (std::isfinite(value)) to.push_back(value);
}

void add_bins(Bins& bins, const std::vector<ReliabilityBin>& rows) {
  bins.resize(std::max(bins.size(), rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& bin = bins[i];
    bin.lower = rows[i].lower;
    bin.upper = rows[i].upper;
    if (rows[i].count <= 0) continue;
    bin.samples += static_cast<std::size_t>(rows[i].count);
    if (rows[i].accuracy) add_number(bin.accuracy, *rows[i].accuracy);
    if (rows[i].confidence) add_number(bin.confidence, *rows[i].confidence);
  }
}

void add_checkpoint(Reliability& out, const CheckpointRecord& checkpoint) {
  add_bins(out.before, checkpoint.test.reliability);
  add_number(out.ece_before, checkpoint.test.metrics.ece);
  if (!checkpoint.fitted_temperature) return;
  const auto& fitted = *checkpoint.fitted_temperature;
  add_bins(out.after, fitted.reliability_after);
  add_number(out.ece_after, fitted.fit.ece_after);
  add_number(out.temperature, fitted.fit.T);
}

std::size_t most_samples(const Bins& bins) {
  std::size_t most = 1;
  for (const auto& bin : bins) most = std::max(most, bin.samples);
  return most;
}

/// Bars stand over their bin; points of a line at the mean confidence, without intervals, which would cover those of the bars.
Series series_of(const std::string& name, const Bins& bins, Mark mark) {
  Series out{name, "", mark, {}};
  const auto most = static_cast<double>(most_samples(bins));
  for (const auto& bin : bins) {
    if (bin.accuracy.empty() || bin.confidence.empty()) continue;
    Point point{.x = kPercent * stats::mean(bin.confidence)};
    set_y(point, bin.accuracy);
    point.count = bin.samples;
    point.weight = std::sqrt(static_cast<double>(bin.samples) / most);
    if (mark == Mark::kLine) point.y_low.reset(), point.y_high.reset();
    if (mark == Mark::kBars) point.x_low = kPercent * bin.lower, point.x_high = kPercent * bin.upper;
    out.points.push_back(std::move(point));
  }
  return out;
}

std::string ece_text(const std::vector<double>& eces) {
  const auto s = stats::summarize(eces);
  auto out = fmt::format("{:.2f}", kPercent * s.mean);
  if (std::isfinite(s.half_width)) out += fmt::format(" ± {:.2f}", kPercent * s.half_width);
  return out + " %";
}

std::vector<std::string> notes_of(const Reliability& r, std::size_t seeds) {
  std::vector<std::string> out = {fmt::format("ECE {} over {} seed{}", ece_text(r.ece_before), seeds, seeds == 1 ? "" : "s")};
  if (r.temperature.empty() || r.ece_after.empty()) return out;
  out.push_back(fmt::format("after scaling at T = {:.3f}: ECE {}", stats::mean(r.temperature), ece_text(r.ece_after)));
  return out;
}

Axis percent_axis(const std::string& title) {
  return {.title = title, .unit = "%", .at_least = 0.0, .at_most = 100.0, .whole = true};
}

Panel panel_of(const boards::Teacher& teacher, const Reliability& r) {
  Panel panel;
  panel.title = fmt::format("{} on {}", teacher.name, teacher.dataset);
  panel.x = percent_axis("confidence");
  panel.y = percent_axis("accuracy");
  panel.square = true;
  panel.diagonal = "accuracy = confidence";
  panel.series = {series_of("before scaling", r.before, Mark::kBars), series_of("after scaling", r.after, Mark::kLine)};
  std::erase_if(panel.series, [](const auto& series) { return series.points.empty(); });
  panel.notes = notes_of(r, r.ece_before.size());
  return panel;
}

}  // namespace

Figure reliability_figure(boards::PlanResults& results, const std::string& study) {
  auto figure = new_figure(results, "reliability", study, "reliability of the teachers");
  for (const auto& [key, teacher] : boards::find_teachers(results, study)) {
    Reliability r;
    for (const auto& [seed, run] : teacher.series.runs) {
      const auto* checkpoint = results.teacher_checkpoint(teacher.series.jobs.at(seed));
      if (run->done() && checkpoint != nullptr) add_checkpoint(r, *checkpoint);
    }
    auto panel = panel_of(teacher, r);
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  figure.notes = {
      "Bars: accuracy of the test samples whose confidence is in the bin, mean over the seeds that have some, with its 95% t "
      "interval; the fuller the colour, the more samples. Scaling: logits divided by the T that minimises the NLL of the "
      "validation rows.",
      boards::selection_note(results.plan().select)};
  return figure;
}

}  // namespace kdbench::report
