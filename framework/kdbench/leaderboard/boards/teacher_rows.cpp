/// Gathers from the students' records how calibrated their teachers were on which rows.
#include <kdbench/leaderboard/boards/teacher_rows.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/ece_marks.h>
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace kdbench::inline leaderboard::boards {
namespace {

/// One state of a teacher at one temperature. A fitted one differs from seed to seed, so what it is multiplied by stands for it.
struct Teaching {
  std::string teacher, checkpoint, calibrator;  ///< teacher: place in Teachers; calibrator: label, empty for none
  bool is_fitted = false;
  double factor = 1;
  bool operator<(const Teaching& other) const {
    const NaturalLess less;
    if (teacher != other.teacher) return less(teacher, other.teacher);
    if (checkpoint != other.checkpoint) return less(checkpoint, other.checkpoint);
    if (calibrator != other.calibrator) return less(calibrator, other.calibrator);
    return std::tie(is_fitted, factor) < std::tie(other.is_fitted, other.factor);
  }
};

/// Of several students of one seed the first that the plan places stands for all: they were taught the same but for the epochs.
using BySeed = std::map<std::int64_t, const Outcome*>;
using Teachings = std::map<Teaching, BySeed>;

Teachings gather_teachings(const PlanResults& results, const Teachers& teachers, const std::string& study) {
  std::map<std::string, std::string> places;  // job -> place in `teachers`
  for (const auto& [place, teacher] : teachers) {
    for (const auto& [seed, job] : teacher.series.jobs) places.emplace(job, place);
  }
  Teachings out;
  for (const auto& p : results.plan().placements) {
    if (p.role != Role::kMethod || (!study.empty() && p.study != study)) continue;
    const auto& run = results.outcome(p.job);
    const auto place = places.find(run.taught_by);
    if (!run.done() || !run.taught_at || place == places.end()) continue;
    const double factor = without_rounding(*run.taught_at / run.taught_fitted.value_or(1));
    out[{place->second, checkpoint_text(run.taught_checkpoint), p.calibrator, run.taught_fitted.has_value(), factor}].emplace(
        p.seed, &run);
  }
  return out;
}

struct NamedRows {
  const char* name;
  std::optional<CalibrationMetrics> TaughtMetrics::*metrics;
};
constexpr NamedRows kRows[] = {
    {"training", &TaughtMetrics::training}, {"validation", &TaughtMetrics::validation}, {"test", &TaughtMetrics::test}};

std::vector<double> row_values(const BySeed& runs, const NamedRows& rows, const Metric& metric) {
  std::vector<double> out;
  for (const auto& [seed, run] : runs) {
    const auto& measured = run->taught.*rows.metrics;
    if (const auto value = measured ? metric.of_rows(*measured) : std::nullopt) out.push_back(*value);
  }
  return out;
}

/// A cell for each metric that is measured on any rows; the ECE marked where it is no more than its floor.
std::vector<Cell> metric_cells(const BySeed& runs, const NamedRows& rows, std::set<std::string>& legend) {
  std::vector<Cell> out;
  for (const auto& of : metrics()) {
    if (of.of_rows == nullptr) continue;
    out.push_back(compact_cell(of, row_values(runs, rows, of)));
    if (of.key != "ece") continue;
    const auto floored = floored_ece(row_values(runs, rows, of), row_values(runs, rows, metric("ece_floor_95")));
    for (auto& line : mark_eces({&out.back()}, {floored})) legend.insert(std::move(line));
  }
  return out;
}

double mean_temperature(const BySeed& runs) {
  std::vector<double> out;
  for (const auto& [seed, run] : runs) out.push_back(*run->taught_at);
  return stats::mean(out);
}

bool has_states(const Teachings& teachings) {
  return std::any_of(teachings.begin(), teachings.end(), [](const auto& item) { return item.first.checkpoint != "last"; });
}

bool has_calibrators(const Teachings& teachings) {
  return std::any_of(teachings.begin(), teachings.end(), [](const auto& item) { return !item.first.calibrator.empty(); });
}

Table empty_table(bool with_states, bool with_calibrators) {
  Table table;
  table.title = "Teachers as taught: training, validation and test rows";
  table.columns = {text_column("teacher", true), text_column("dataset", true)};
  if (with_states) table.columns.push_back(text_column("checkpoint", true));
  if (with_calibrators) table.columns.push_back(text_column("calibrator", true));
  table.columns.push_back(number_column(metric("temperature")));
  table.columns.push_back(text_column("rows", true));
  for (const auto& of : metrics()) {
    if (of.of_rows) table.columns.push_back(summary_column(of, of.title));
  }
  table.notes = {
      "Of the teacher's logits divided by T, as the student's loss divided them; mean±sd over seeds.",
      "Training rows: as the student's loss saw them, augmented where they are, of the last epoch in which it asked the teacher; "
      "from "
      "the logits that taught. Validation and test rows are not augmented. n/a: not measured (records of before, images mixed in "
      "pairs), or there are no validation rows.",
      "Confidence - accuracy in points, above 0: overconfident on these rows. ECE floor, floor at 95%: ECE of a "
      "perfectly calibrated "
      "network of the same confidences on as many rows, its mean and its 95% quantile. Debiased ECE: less its "
      "estimated bias (Kumar et al. 2019)."};
  return table;
}

}  // namespace

std::vector<Table> teacher_rows_table(const PlanResults& results, const Teachers& teachers, const std::string& study) {
  const auto teachings = gather_teachings(results, teachers, study);
  if (teachings.empty()) return {};
  const bool with_states = has_states(teachings);
  const bool with_calibrators = has_calibrators(teachings);
  auto table = empty_table(with_states, with_calibrators);
  std::set<std::string> legend;
  for (const auto& [teaching, runs] : teachings) {
    const auto& teacher = teachers.at(teaching.teacher);
    for (const auto& rows : kRows) {
      Row row{{text_cell(teacher.name), text_cell(teacher.dataset)}};
      if (with_states) row.cells.push_back(text_cell(teaching.checkpoint));
      if (with_calibrators) row.cells.push_back(text_cell(teaching.calibrator.empty() ? "none" : teaching.calibrator));
      row.cells.push_back(number_cell(metric("temperature"), mean_temperature(runs)));
      row.cells.push_back(text_cell(rows.name));
      for (auto& cell : metric_cells(runs, rows, legend)) row.cells.push_back(std::move(cell));
      table.rows.push_back(std::move(row));
    }
  }
  table.notes.insert(table.notes.end(), legend.begin(), legend.end());
  return {table};
}

}  // namespace kdbench::inline leaderboard::boards
