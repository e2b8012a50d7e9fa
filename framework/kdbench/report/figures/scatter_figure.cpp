/// Accuracy against ECE with a line by least squares.
#include <kdbench/report/figures/figure_parts.h>
#include <kdbench/report/figures/figures.h>
#include <kdbench/report/figures/teacher_groups.h>

#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/stats/describe/regression.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace kdbench::report {
namespace {

constexpr std::size_t kMinPoints = 3;  // a line through two points says nothing

using LabelOf = std::function<std::string(double value)>;

/// The seeds' numbers at one value of the axis.
Point point_at(const boards::Series& series, const std::vector<std::int64_t>& seeds) {
  std::vector<double> accuracies, eces;
  for (const auto seed : seeds) {
    accuracies.push_back(*series.runs.at(seed)->accuracy);
    eces.push_back(*series.runs.at(seed)->taught_ece);
  }
  Point point;
  set_x(point, eces);
  set_y(point, accuracies);
  return point;
}

/// Only the seeds that are done at every value, as on the sensitivity board, so that a point is not moved by who is missing.
Series points_of(const boards::CurveGroup& group, const boards::Curve& curve, const boards::Sensitivity& s,
                 const LabelOf& label_of) {
  Series out{curve_name(group, curve), curve.convention, Mark::kPoints, {}};
  if (s.ece.empty()) return out;
  for (const auto& [value, series] : curve.points) {
    auto point = point_at(series, s.seeds);
    point.label = label_of(value);
    out.points.push_back(std::move(point));
  }
  return out;
}

/// The line through the points; the bounds are those of the mean of the seeds' own slopes.
std::vector<Fit> fit_of(const Series& series, const boards::Estimate& slope) {
  if (series.points.size() < kMinPoints) return {};
  std::vector<double> x, y;
  for (const auto& point : series.points) x.push_back(point.x), y.push_back(point.y);
  const auto line = stats::fit_line(x, y);
  if (!std::isfinite(line.slope)) return {};
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  return {{series.name, line.slope, line.intercept, *low, *high, slope.low, slope.high}};
}

std::string interval_text(std::optional<double> low, std::optional<double> high, const std::string& form) {
  return low && high ? fmt::format(fmt::runtime(" [" + form + ", " + form + "]"), *low, *high) : "";
}

/// "kl: slope -0.81 [-1.20, -0.42], Spearman -92.3 %".
std::string statistics_note(const Fit& fit, const boards::Sensitivity& s) {
  auto out = fmt::format("{}: slope {:+.3f}{} points per point", fit.series, s.slope.value.value_or(fit.slope),
                         interval_text(fit.slope_low, fit.slope_high, "{:+.3f}"));
  if (s.spearman.value) out += fmt::format(", Spearman {:+.1f} %", kPercent * *s.spearman.value);
  return out;
}

Panel panel_of(const boards::CurveGroup& group, const std::string& title, const LabelOf& label_of, const BoardOptions& options) {
  Panel panel;
  panel.title = title;
  panel.x = ece_axis();
  panel.y = accuracy_axis();
  for (const auto& curve : group.curves) {
    const auto s = boards::analyse(curve, options);
    auto series = points_of(group, curve, s, label_of);
    if (series.points.empty()) continue;
    for (auto& fit : fit_of(series, s.slope)) {
      panel.notes.push_back(statistics_note(fit, s));
      panel.fits.push_back(std::move(fit));
    }
    panel.series.push_back(std::move(series));
  }
  panel.levels = panel.series.empty() ? std::vector<Level>() : alone_level(group);
  return panel;
}

std::vector<Panel> sensitivity_panels(boards::PlanResults& results, const std::string& study) {
  std::vector<Panel> out;
  for (const auto& group : boards::make_curves(results, study)) {
    const auto label_of = [&](double value) { return fmt::format("{} {}", group.axis, value); };
    out.push_back(panel_of(group, panel_title(group), label_of, results.options()));
  }
  return out;
}

std::vector<Panel> teacher_panels(boards::PlanResults& results, const std::string& study) {
  std::vector<Panel> out;
  for (const auto& teachers : teacher_groups(results, study)) {
    const auto label_of = [&](double value) { return teachers.teachers[static_cast<std::size_t>(value)]; };
    out.push_back(panel_of(teachers.group, teachers.title, label_of, results.options()));
  }
  return out;
}

}  // namespace

Figure scatter_figure(boards::PlanResults& results, const std::string& study) {
  auto figure = new_figure(results, "scatter", study, "accuracy against the teacher's ECE");
  figure.panels = sensitivity_panels(results, study);
  const bool along_axis = !figure.panels.empty();
  if (!along_axis) figure.panels = teacher_panels(results, study);
  std::erase_if(figure.panels, [](const auto& panel) { return panel.series.empty(); });
  figure.notes = {fmt::format("One point a {}, only of the seeds that are done at all of them. ECE of the teacher as taught.",
                              along_axis ? "value of the axis" : "teacher"),
                  "Lines by least squares through the points. Slope: points of accuracy per point of ECE, the mean of each "
                  "seed's own, with its "
                  "95% t interval over seeds."};
  for (auto& note : seed_notes(results)) figure.notes.push_back(std::move(note));
  return figure;
}

}  // namespace kdbench::report
