/// How calibrated the students of a compare study are: a method may gain accuracy and lose calibration, or the other way round.
#include <kdbench/leaderboard/boards/kd_board.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/ece_marks.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline leaderboard::boards {
namespace {

/// The metrics that this table has of a student, in its order; each is measured on any rows.
constexpr const char* kOfStudents[] = {"accuracy", "ece", "ece_floor_95", "signed_gap", "nll"};

std::vector<double> student_values(const Series& series, const Metric& metric) {
  std::vector<double> out;
  for (const auto& [seed, run] : series.runs) {
    const auto value = run->done() && run->measured ? metric.of_rows(*run->measured) : std::nullopt;
    if (value) out.push_back(*value);
  }
  return out;
}

std::string student_title(const Metric& metric) { return metric.key == "ece" ? "student ECE" : metric.title; }

struct StudentRow {
  const Entry* entry;
  const Pair* pair;
};

std::vector<StudentRow> rows_with_students(const Matrix& matrix) {
  std::vector<StudentRow> out;
  for (const auto& pair : matrix.pairs) {
    for (const auto& entry : matrix.entries) {
      if (!entry.at(pair).runs.empty()) out.push_back({&entry, &pair});
    }
  }
  return out;
}

bool any_is_measured(const std::vector<StudentRow>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const StudentRow& row) { return !student_values(row.entry->at(*row.pair), metric("ece")).empty(); });
}

/// Students of one pair stand beside each other; those of others learned another task.
void mark_pairs(const std::vector<StudentRow>& rows, std::size_t ece_column, Table& table) {
  for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    std::vector<Cell*> cells;
    std::vector<FlooredEce> eces;
    for (; end < rows.size() && rows[end].pair == rows[begin].pair; ++end) {
      const auto& series = rows[end].entry->at(*rows[end].pair);
      cells.push_back(&table.rows[end].cells[ece_column]);
      eces.push_back(floored_ece(student_values(series, metric("ece")), student_values(series, metric("ece_floor_95"))));
    }
    for (auto& line : mark_eces(cells, eces)) {
      if (std::find(table.notes.begin(), table.notes.end(), line) == table.notes.end()) table.notes.push_back(std::move(line));
    }
  }
}

}  // namespace

std::vector<Table> student_calibration_table(const Matrix& matrix) {
  const auto rows = rows_with_students(matrix);
  if (!any_is_measured(rows)) return {};
  const bool several = matrix.pairs.size() > 1;
  Table table;
  table.title = fmt::format("Study {} on {}: calibration of the students", matrix.study, matrix.dataset);
  table.notes = {
      "Of each student's own logits on the test rows, mean ± sample standard deviation (n) over seeds.",
      "Floor at 95%: the ECE that a perfectly calibrated network of the same confidences has at most, in 19 of 20 draws of the "
      "labels. Confidence - accuracy above 0: overconfident."};
  table.columns = {text_column("method", true)};
  if (several) table.columns.push_back(text_column("pair", true));
  const auto first = table.columns.size();
  for (const auto* key : kOfStudents) table.columns.push_back(summary_column(metric(key), student_title(metric(key))));
  for (const auto& [entry, pair] : rows) {
    Row row{{text_cell(entry_text(matrix, *entry))}};
    if (several) row.cells.push_back(text_cell(pair_text(pair->first, pair->second)));
    for (const auto* key : kOfStudents) {
      row.cells.push_back(summary_cell(metric(key), student_values(entry->at(*pair), metric(key)), entry->at(*pair)));
    }
    table.rows.push_back(std::move(row));
  }
  mark_pairs(rows, first + 1, table);
  return {table};
}

}  // namespace kdbench::inline leaderboard::boards
