/// The teacher board: how good and how calibrated each teacher is, its reliability table, its ECE against tau.
#include <kdbench/leaderboard/boards/teacher_board.h>

#include <kdbench/leaderboard/boards/teacher_rows.h>
#include <kdbench/leaderboard/boards/teachers.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/ece_marks.h>

#include <fmt/core.h>

#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace kdbench::inline leaderboard::boards {
namespace {

std::vector<double> metric_values(const PlanResults& results, const Teacher& teacher, const Metric& metric) {
  std::vector<double> values;
  for (const auto& [seed, run] : teacher.series.runs) {
    const auto* checkpoint = run->done() ? results.teacher_checkpoint(teacher.series.jobs.at(seed)) : nullptr;
    if (checkpoint == nullptr) continue;
    if (const auto value = metric.of(*checkpoint)) values.push_back(*value);
  }
  return values;
}

Cell metric_cell(const PlanResults& results, const Teacher& teacher, const Metric& metric) {
  if (teacher.series.accuracies().empty()) return summary_cell(metric, teacher.series);
  return summary_cell(metric, metric_values(results, teacher, metric), teacher.series);
}

/// Marks the last column, of ECEs; teachers of one data set are compared. Returns the legend.
std::set<std::string> mark_last_column(const PlanResults& results, const Teachers& teachers, Table& table) {
  std::map<std::string, std::pair<std::vector<Cell*>, std::vector<FlooredEce>>> by_dataset;
  auto row = table.rows.begin();
  for (const auto& [id, teacher] : teachers) {
    auto& [cells, eces] = by_dataset[teacher.dataset];
    cells.push_back(&(row++)->cells.back());
    eces.push_back(
        floored_ece(metric_values(results, teacher, metric("ece")), metric_values(results, teacher, metric("ece_floor_95"))));
  }
  std::set<std::string> legend;
  for (auto& [dataset, marked] : by_dataset) {
    for (auto& line : mark_eces(marked.first, marked.second)) legend.insert(std::move(line));
  }
  return legend;
}

/// The metrics of networks that metrics() has for this table.
Table metrics_table(const PlanResults& results, const Teachers& teachers, const std::string& title, TeacherTable which) {
  Table table;
  table.title = title;
  table.columns = {text_column("teacher", true), text_column("dataset", true)};
  for (const auto& [id, teacher] : teachers) table.rows.push_back({{text_cell(teacher.name), text_cell(teacher.dataset)}});
  std::set<std::string> legend;
  for (const auto& metric : metrics()) {
    if (metric.table != which) continue;
    table.columns.push_back(summary_column(metric, metric.title));
    table.notes.push_back(metric.title + ": " + metric.meaning + ".");
    auto row = table.rows.begin();
    for (const auto& [id, teacher] : teachers) (row++)->cells.push_back(metric_cell(results, teacher, metric));
    if (metric.key == "ece") legend = mark_last_column(results, teachers, table);
  }
  table.notes.insert(table.notes.end(), legend.begin(), legend.end());
  return table;
}

Row bin_row(const ReliabilityBin& bin) {
  const auto gap = bin.accuracy && bin.confidence ? std::optional(*bin.accuracy - *bin.confidence) : std::nullopt;
  return {{text_cell(fmt::format("({:.3f}, {:.3f}]", bin.lower, bin.upper)),
           number_cell(metric("count"), static_cast<double>(bin.count)), number_cell(metric("bin_accuracy"), bin.accuracy),
           number_cell(metric("confidence"), bin.confidence), number_cell(metric("gap"), gap)}};
}

/// Of the lowest seed that is done: bins of several networks hold different samples and have no mean.
std::vector<Table> reliability_tables(const PlanResults& results, const Teachers& teachers) {
  std::vector<Table> tables;
  for (const auto& [id, teacher] : teachers) {
    const auto done = teacher.series.accuracies();
    if (done.empty()) continue;
    const auto seed = done.begin()->first;
    const auto* checkpoint = results.teacher_checkpoint(teacher.series.jobs.at(seed));
    if (checkpoint == nullptr || checkpoint->test.reliability.empty()) continue;
    Table table;
    table.title = fmt::format("Reliability of {} on {}, seed {}", teacher.name, teacher.dataset, seed);
    table.notes = {fmt::format("Of seed {}, the lowest that is done; a table of one network, not a mean over {} seeds.", seed,
                               teacher.series.expected())};
    table.columns = {text_column("confidence in", true), number_column(metric("count")), number_column(metric("bin_accuracy")),
                     number_column(metric("confidence")), number_column(metric("gap"))};
    for (const auto& bin : checkpoint->test.reliability) table.rows.push_back(bin_row(bin));
    tables.push_back(std::move(table));
  }
  return tables;
}

/// tau -> ECE over seeds.
std::map<double, std::vector<double>> tau_curve(const PlanResults& results, const Teacher& teacher) {
  std::map<double, std::vector<double>> out;
  for (const auto& [seed, job] : teacher.series.jobs) {
    const auto* record = results.teacher_record(job);
    if (record == nullptr) continue;
    for (const auto& point : record->tau_curve) {
      if (std::isfinite(point.tau) && std::isfinite(point.ece)) out[point.tau].push_back(point.ece);
    }
  }
  return out;
}

std::vector<Table> tau_table(const PlanResults& results, const Teachers& teachers) {
  std::set<double> taus;
  for (const auto& [id, teacher] : teachers) {
    for (const auto& [tau, eces] : tau_curve(results, teacher)) taus.insert(tau);
  }
  if (taus.empty()) return {};
  Table table;
  table.title = "Teachers: ECE against tau";
  table.notes = {
      "ECE (%) on the test split of the logits divided by tau, mean±sd over seeds; of the last epoch, whatever select says."};
  table.columns = {text_column("teacher", true), text_column("dataset", true)};
  for (const auto tau : taus) table.columns.push_back(summary_column({"ece", "", "", Direction::kNone}, fmt::format("{}", tau)));
  for (const auto& [id, teacher] : teachers) {
    const auto curve = tau_curve(results, teacher);
    Row row{{text_cell(teacher.name), text_cell(teacher.dataset)}};
    for (const auto tau : taus) {
      const auto at = curve.find(tau);
      row.cells.push_back(compact_cell(metric("ece"), at == curve.end() ? std::vector<double>() : at->second, teacher.series));
    }
    table.rows.push_back(std::move(row));
  }
  return {table};
}

}  // namespace

std::vector<Table> teacher_board(PlanResults& results, const std::string& study) {
  const auto teachers = find_teachers(results, study);
  if (teachers.empty()) return {};
  std::vector<Table> tables = {
      metrics_table(results, teachers, "Teachers: accuracy and calibration", TeacherTable::kCalibration),
      metrics_table(results, teachers, "Teachers: likelihood, confidence and temperature", TeacherTable::kLikelihood)};
  tables[0].notes.insert(tables[0].notes.begin(), {selection_note(results.plan().select),
                                                   "Mean ± sample standard deviation (n) over seeds; n/a at n = 1."});
  for (auto& table : teacher_rows_table(results, teachers, study)) tables.push_back(std::move(table));
  for (auto& table : tau_table(results, teachers)) tables.push_back(std::move(table));
  for (auto& table : reliability_tables(results, teachers)) tables.push_back(std::move(table));
  return tables;
}

}  // namespace kdbench::inline leaderboard::boards
