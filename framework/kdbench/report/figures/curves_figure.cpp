/// Accuracy and ECE along the axis of a sensitivity study.
#include <kdbench/report/figures/figure_parts.h>
#include <kdbench/report/figures/figures.h>

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace kdbench::report {
namespace {

constexpr double kLogarithmicFrom = 20;  // largest over smallest value: evenly spaced values of 1 to 8 stay linear

Axis value_axis(const boards::CurveGroup& group) {
  std::set<double> values;
  for (const auto& curve : group.curves) {
    for (const auto& [value, series] : curve.points) values.insert(value);
  }
  Axis axis{.title = group.axis, .unit = "", .ticks = {values.begin(), values.end()}};
  axis.logarithmic = !values.empty() && *values.begin() > 0 && *values.rbegin() / *values.begin() >= kLogarithmicFrom;
  return axis;
}

Panel panel_of(const boards::CurveGroup& group) {
  Panel panel;
  panel.title = panel_title(group);
  panel.notes = missing_note(group);
  panel.x = value_axis(group);
  panel.y = accuracy_axis();
  panel.series = curve_series(group);
  panel.levels = alone_level(group);
  const auto is_right = [](const Series& series) { return series.on_right(); };
  if (std::any_of(panel.series.begin(), panel.series.end(), is_right)) panel.right = ece_axis();
  return panel;
}

}  // namespace

Figure curves_figure(boards::PlanResults& results, const std::string& study) {
  const auto groups = boards::make_curves(results, study);
  const auto axis = groups.empty() ? std::string() : groups.front().axis;
  auto figure = new_figure(results, "curves", study, fmt::format("accuracy and the teacher's ECE along {}", axis));
  for (const auto& group : groups) {
    auto panel = panel_of(group);
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  figure.notes = {
      "ECE is that of the teacher as taught: of its logits divided by teacher_temperature * tau_teacher, on the test split."};
  for (auto& note : seed_notes(results)) figure.notes.push_back(std::move(note));
  return figure;
}

}  // namespace kdbench::report
