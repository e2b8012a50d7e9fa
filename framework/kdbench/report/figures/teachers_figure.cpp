/// Accuracy against teachers in order of their ECE.
#include <kdbench/report/figures/figure_parts.h>
#include <kdbench/report/figures/figures.h>
#include <kdbench/report/figures/teacher_groups.h>

#include <algorithm>

namespace kdbench::report {
namespace {

Panel panel_of(const TeacherGroup& teachers) {
  Panel panel;
  panel.title = teachers.title;
  panel.notes = missing_note(teachers.group);
  panel.x = {.title = "teacher, best calibrated first", .unit = "", .categories = teachers.teachers};
  panel.y = accuracy_axis();
  panel.series = curve_series(teachers.group);
  for (auto& series : panel.series) {
    for (auto& point : series.points) point.label = teachers.teachers[static_cast<std::size_t>(point.x)];
  }
  panel.levels = alone_level(teachers.group);
  const auto is_right = [](const Series& series) { return series.on_right(); };
  if (std::any_of(panel.series.begin(), panel.series.end(), is_right)) panel.right = ece_axis();
  return panel;
}

}  // namespace

Figure teachers_figure(boards::PlanResults& results, const std::string& study) {
  auto figure = new_figure(results, "teachers", study, "accuracy under different teachers at a fixed temperature");
  for (const auto& teachers : teacher_groups(results, study)) {
    auto panel = panel_of(teachers);
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  figure.notes = {
      "Teachers stand in order of their mean ECE as taught; they differ in more than calibration "
      "(size, accuracy), so the order alone shows no cause."};
  for (auto& note : seed_notes(results)) figure.notes.push_back(std::move(note));
  return figure;
}

}  // namespace kdbench::report
