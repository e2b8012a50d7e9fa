/// The board of calibrators: the ECE that each reached, and what it held.
#include <kdbench/leaderboard/boards/calibrated_board.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/leaderboard/model/teaching_chain.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <array>
#include <map>

namespace kdbench::inline leaderboard::boards {
namespace {

/// A teacher under a calibrator: one student of each seed, which tells of both.
struct CalibratedSeries {
  std::string calibrator, teacher;
  Series students;
};

/// The direct teacher by its model, or by its job where a strategy made it.
std::string teacher_of(const PlanResults& results, const Placement& p) {
  const auto chain = chain_of(p);
  const auto* label = results.label_of(p.teacher_job);
  if (is_direct(results, p) || label == nullptr) return chain.empty() ? p.teacher : chain.back();
  return label->name;
}

/// By calibrator, teacher and data set, in natural order.
std::map<std::string, CalibratedSeries, NaturalLess> calibrated_series(PlanResults& results, const std::string& study) {
  std::map<std::string, CalibratedSeries, NaturalLess> out;
  for (const auto* p : results.placements(study)) {
    if (p->calibrator.empty() || p->teacher_job.empty() || p->role != Role::kMethod) continue;
    const auto teacher = teacher_of(results, *p);
    auto& entry = out[fmt::format("{}\n{}\n{}", p->calibrator, teacher, p->dataset)];
    entry.calibrator = p->calibrator;
    entry.teacher = p->dataset.empty() ? teacher : fmt::format("{} on {}", teacher, p->dataset);
    const auto& outcome = results.outcome(p->job);
    auto& known = entry.students.runs[p->seed];
    if (known != nullptr && known->calibrated) continue;
    known = &outcome;
    entry.students.jobs[p->seed] = p->job;
  }
  return out;
}

using Side = CalibrationMetrics CalibratedSplit::*;

/// What it is to have reached, and what it may hold.
constexpr std::array<const char*, 6> kShown{"accuracy", "mean_confidence", "entropy", "ece", "ece_floor_95", "nll"};

std::vector<double> calibrated_values(const Series& students, Side side, const Metric& metric) {
  std::vector<double> out;
  for (const auto& [seed, run] : students.runs) {
    if (!run->done() || !run->calibrated) continue;
    if (const auto value = metric.of_rows(run->calibrated->test.*side)) out.push_back(*value);
  }
  return out;
}

/// "temperature 1.18; factor 0.73", means over the seeds.
std::string fitted_text(const Series& students) {
  std::map<std::string, std::vector<double>> fitted;
  for (const auto& [seed, run] : students.runs) {
    if (!run->done() || !run->calibrated) continue;
    for (const auto& [name, value] : run->calibrated->fitted) fitted[name].push_back(value);
  }
  std::string out;
  for (const auto& [name, values] : fitted) out += fmt::format("{}{} {:.3f}", out.empty() ? "" : "; ", name, stats::mean(values));
  return out.empty() ? "-" : out;
}

Row row_of(const CalibratedSeries& entry, Side side, const char* logits, const std::string& fitted) {
  Row row{{text_cell(entry.calibrator), text_cell(entry.teacher), text_cell(logits)}};
  for (const auto* key : kShown)
    row.cells.push_back(summary_cell(metric(key), calibrated_values(entry.students, side, metric(key)), entry.students));
  row.cells.push_back(text_cell(fitted));
  return row;
}

}  // namespace

std::vector<Table> calibrated_board(PlanResults& results, const std::string& study) {
  const auto series = calibrated_series(results, study);
  if (series.empty()) return {};
  Table table;
  table.title = fmt::format("Study {}: teachers before and after their calibrator", study);
  table.columns = {text_column("calibrator", true), text_column("teacher", true), text_column("logits", true)};
  for (const auto* key : kShown) table.columns.push_back(summary_column(metric(key), metric(key).title));
  table.columns.push_back(text_column("fitted"));
  table.notes = {
      "On the test split; mean ± sample standard deviation (n) over seeds. Before: as the calibrator was handed the "
      "logits. After: what it returned, before any temperature of a loss.",
      "Fitted: on the validation rows, means over seeds; what is more than a few numbers is not told."};
  for (const auto& [key, entry] : series) {
    table.rows.push_back(row_of(entry, &CalibratedSplit::before, "before", ""));
    table.rows.push_back(row_of(entry, &CalibratedSplit::after, "after", fitted_text(entry.students)));
  }
  return {table};
}

}  // namespace kdbench::inline leaderboard::boards
