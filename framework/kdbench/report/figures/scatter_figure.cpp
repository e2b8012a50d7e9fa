/// Accuracy against a number of the teacher with a line by least squares.
#include <kdbench/report/figures/figure_parts.h>
#include <kdbench/report/figures/figures.h>
#include <kdbench/report/figures/teacher_groups.h>

#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/stats/describe/regression.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>

namespace kdbench::report {
namespace {

constexpr std::size_t kMinPoints = 3;  // a line through two points says nothing

using LabelOf = std::function<std::string(double value)>;

/// What stands on the horizontal axis.
struct Against {
  boards::TaughtNumber number;
  Axis axis;
  std::string what;  ///< added to a panel's title; empty: the figure's title says it
};

/// The seeds' numbers at one value of the axis.
Point point_at(const boards::Series& series, const std::vector<std::int64_t>& seeds, const Against& against) {
  std::vector<double> accuracies, numbers;
  for (const auto seed : seeds) {
    accuracies.push_back(*series.runs.at(seed)->accuracy);
    numbers.push_back(*against.number(*series.runs.at(seed)));
  }
  Point point;
  set_x(point, numbers);
  set_y(point, accuracies);
  return point;
}

/// Only the seeds that are done at every value, as on the sensitivity board, so that a point is not moved by who is missing.
Series points_of(const boards::CurveGroup& group, const boards::Curve& curve, const boards::Sensitivity& s,
                 const LabelOf& label_of, const Against& against) {
  Series out{curve_name(group, curve), curve.convention, Mark::kPoints, {}};
  if (s.ece.empty()) return out;
  for (const auto& [value, series] : curve.points) {
    auto point = point_at(series, s.seeds, against);
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

Panel panel_of(const boards::CurveGroup& group, const std::string& title, const LabelOf& label_of, const BoardOptions& options,
               const Against& against) {
  Panel panel;
  panel.title = title + against.what;
  panel.x = against.axis;
  panel.y = accuracy_axis();
  for (const auto& curve : group.curves) {
    const auto s = boards::analyse(curve, options, against.number);
    auto series = points_of(group, curve, s, label_of, against);
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

std::vector<Panel> sensitivity_panels(boards::PlanResults& results, const std::string& study, const Against& against) {
  std::vector<Panel> out;
  for (const auto& group : boards::make_curves(results, study)) {
    const auto label_of = [&](double value) { return fmt::format("{} {}", group.axis, value); };
    out.push_back(panel_of(group, panel_title(group), label_of, results.options(), against));
  }
  return out;
}

std::vector<Panel> teacher_panels(boards::PlanResults& results, const std::string& study, const Against& against) {
  std::vector<Panel> out;
  for (const auto& teachers : teacher_groups(results, study)) {
    const auto label_of = [&](double value) { return teachers.teachers[static_cast<std::size_t>(value)]; };
    out.push_back(panel_of(teachers.group, teachers.title, label_of, results.options(), against));
  }
  return out;
}

/// Adds the panels of a study, and says what a point is: a value of the axis or a teacher.
const char* add_panels(boards::PlanResults& results, const std::string& study, const Against& against, Figure& figure) {
  auto panels = sensitivity_panels(results, study, against);
  const bool along_axis = !panels.empty();
  if (!along_axis) panels = teacher_panels(results, study, against);
  std::erase_if(panels, [](const auto& panel) { return panel.series.empty(); });
  std::move(panels.begin(), panels.end(), std::back_inserter(figure.panels));
  return along_axis ? "value of the axis" : "teacher";
}

void add_notes(const boards::PlanResults& results, const char* point, const std::string& of, Figure& figure) {
  figure.notes = {fmt::format("One point a {}, only of the seeds that are done at all of them. {}", point, of),
                  "Lines by least squares through the points. Slope: points of accuracy per point of ECE, the mean of each "
                  "seed's own, with its "
                  "95% t interval over seeds."};
  for (auto& note : seed_notes(results)) figure.notes.push_back(std::move(note));
}

}  // namespace

Figure scatter_figure(boards::PlanResults& results, const std::string& study) {
  auto figure = new_figure(results, "scatter", study, "accuracy against the teacher's ECE");
  const auto* point = add_panels(results, study, {boards::test_ece, ece_axis(), ""}, figure);
  add_notes(results, point, "ECE of the teacher as taught, on the test split.", figure);
  return figure;
}

Figure training_scatter_figure(boards::PlanResults& results, const std::string& study) {
  auto figure = new_figure(results, "scatter_training", study, "accuracy against the teacher's calibration on training rows");
  auto ece = ece_axis();
  ece.title += ", training rows";
  const Axis gap{.title = "confidence - accuracy of the teacher as taught, training rows", .unit = "points"};
  const auto* point = add_panels(results, study, {boards::training_ece, ece, ": ECE"}, figure);
  add_panels(results, study, {boards::training_gap, gap, ": confidence - accuracy"}, figure);
  add_notes(results, point,
            "Of the teacher as taught, on the training rows as the student's loss saw them. Confidence - accuracy above 0: "
            "overconfident "
            "there; its slope is per point of it.",
            figure);
  return figure;
}

}  // namespace kdbench::report
