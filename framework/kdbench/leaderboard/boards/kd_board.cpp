/// The KD board: how well each method distils each pair, against the student alone and against the baseline.
#include <kdbench/leaderboard/boards/kd_board.h>

#include <kdbench/leaderboard/model/cells.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline leaderboard::boards {
namespace {

enum class Part { kAccuracy, kGain, kDifference };

std::string title_of(const Matrix& matrix, Part part) {
  if (part == Part::kGain) return "gain over the student alone";
  if (part == Part::kDifference) return "difference to " + matrix.baseline;
  return "accuracy";
}

Cell part_cell(const Matrix& matrix, const Entry& entry, const Pair& pair, Part part) {
  if (part == Part::kAccuracy) return summary_cell(metric("accuracy"), entry.at(pair));
  if (part == Part::kGain) {
    const auto alone = matrix.alone.find(pair);
    return alone == matrix.alone.end() ? said_cell("n/a", "no student alone")
                                       : difference_cell(metric("gain"), entry.at(pair), alone->second);
  }
  const auto* baseline = matrix.baseline_of(entry);
  return difference_cell(metric("difference"), entry.at(pair), baseline->at(pair));
}

Column part_column(const Matrix& matrix, const Pair& pair, Part part, bool alone_in_table) {
  const auto pair_title = pair_text(pair.first, pair.second);
  if (part == Part::kAccuracy) return summary_column(metric("accuracy"), alone_in_table ? "accuracy" : pair_title);
  const auto& m = metric(part == Part::kGain ? "gain" : "difference");
  return interval_column(m, alone_in_table ? (part == Part::kGain ? "gain" : "vs " + matrix.baseline) : pair_title);
}

/// Best first; rows without a rank after them, the student alone on top.
std::vector<const Entry*> display_order(const Matrix& matrix) {
  std::vector<const Entry*> order;
  for (const auto& entry : matrix.entries) order.push_back(&entry);
  const auto place = [&](const Entry* e) {
    return std::tuple(e->alone ? 0 : e->rank ? 1 : 2, e->rank.value_or(0), -e->average(matrix.pairs).value_or(0));
  };
  std::stable_sort(order.begin(), order.end(), [&](const Entry* a, const Entry* b) { return place(a) < place(b); });
  return order;
}

Cell average_cell(const Matrix& matrix, const Entry& entry) {
  const auto average = entry.average(matrix.pairs);
  auto cell = number_cell(metric("accuracy"), average);
  if (!average) {
    const auto done =
        std::count_if(matrix.pairs.begin(), matrix.pairs.end(), [&](const Pair& p) { return entry.at(p).complete(); });
    cell.text = fmt::format("incomplete ({}/{} pairs)", done, matrix.pairs.size());
  }
  return cell;
}

Cell rank_cell(const Entry& entry) {
  auto cell = number_cell(metric("average_rank"), entry.rank);
  cell.values.push_back(entry.rank ? "ranked" : entry.no_rank);
  if (!entry.rank) cell.text = entry.no_rank;
  return cell;
}

std::string table_title(const Matrix& matrix, const std::vector<Part>& parts) {
  auto title = fmt::format("Study {} on {}: ", matrix.study, matrix.dataset);
  if (parts.size() == 1) return title + title_of(matrix, parts[0]);
  const auto& [teacher, student] = matrix.pairs.front();
  return title + (teacher.empty() ? student : pair_text(teacher, student));
}

Table parts_table(const Matrix& matrix, const std::vector<Part>& parts) {
  Table table;
  table.title = table_title(matrix, parts);
  const bool accuracy = parts.front() == Part::kAccuracy, single = matrix.pairs.size() == 1;
  table.columns = {text_column("method", true)};
  if (accuracy) table.columns.push_back(text_column("convention"));
  for (const auto& pair : matrix.pairs) {
    for (const auto part : parts) table.columns.push_back(part_column(matrix, pair, part, single));
  }
  if (accuracy && !single) table.columns.push_back(number_column(metric("accuracy"), "average"));
  if (accuracy) table.columns.push_back({"average rank", "", Direction::kLower, {"value", "status"}});
  for (const auto* entry : display_order(matrix)) {
    Row row{{text_cell(entry_text(matrix, *entry))}};
    if (accuracy) row.cells.push_back(text_cell(entry->convention));
    for (const auto& pair : matrix.pairs) {
      for (const auto part : parts) row.cells.push_back(part_cell(matrix, *entry, pair, part));
    }
    if (accuracy && !single) row.cells.push_back(average_cell(matrix, *entry));
    if (accuracy) row.cells.push_back(rank_cell(*entry));
    table.rows.push_back(std::move(row));
  }
  return table;
}

void add_notes(const std::string& select, const Matrix& matrix, const std::vector<Part>& parts, Table& table) {
  const auto has = [&](Part part) { return std::find(parts.begin(), parts.end(), part) != parts.end(); };
  if (has(Part::kAccuracy)) {
    table.notes.push_back(selection_note(select));
    table.notes.push_back("Accuracy: mean ± sample standard deviation (n) over seeds, or (n of expected; how the others ended).");
    table.notes.insert(table.notes.end(), matrix.rank_notes.begin(), matrix.rank_notes.end());
    table.notes.push_back("A row that is incomplete or ran on other seeds than the rest gets no rank.");
    table.notes.push_back(mde_note(matrix));
  }
  if (has(Part::kGain))
    table.notes.push_back("Gain: accuracy above the same student trained alone, mean over shared seeds [95% t interval].");
  if (has(Part::kDifference)) {
    table.notes.push_back(
        fmt::format("vs {}: accuracy above that method, mean over shared seeds [95% t interval, not corrected for "
                    "the number of methods].",
                    matrix.baseline));
  }
  if (has(Part::kAccuracy) && !matrix.baseline_of(matrix.entries.front())) {
    table.notes.push_back(matrix.baseline.empty()
                              ? "No paired differences: this study names no baseline."
                              : fmt::format("No paired differences: this study has no method '{}'.", matrix.baseline));
  }
}

std::vector<std::vector<Part>> layout(const Matrix& matrix) {
  std::vector<Part> parts = {Part::kAccuracy};
  if (!matrix.alone.empty()) parts.push_back(Part::kGain);
  if (matrix.baseline_of(matrix.entries.front())) parts.push_back(Part::kDifference);
  if (matrix.pairs.size() == 1) return {parts};
  std::vector<std::vector<Part>> out;
  for (const auto part : parts) out.push_back({part});
  return out;
}

}  // namespace

std::vector<Table> kd_board(PlanResults& results, const std::string& study) {
  std::set<std::string, NaturalLess> datasets;
  for (const auto* p : results.placements(study)) {
    if (p->role != Role::kTeacher) datasets.insert(p->dataset);
  }
  std::vector<Table> tables;
  for (const auto& dataset : datasets) {
    const auto matrix = make_matrix(results, study, dataset);
    for (const auto& parts : layout(matrix)) {
      auto table = parts_table(matrix, parts);
      add_notes(results.plan().select, matrix, parts, table);
      tables.push_back(std::move(table));
    }
    for (auto& table : student_calibration_table(matrix)) tables.push_back(std::move(table));
    for (auto& table : errors_table(results, matrix)) tables.push_back(std::move(table));
    if (results.study_options(study).per_seed) tables.push_back(per_seed_table(matrix));
  }
  return tables;
}

}  // namespace kdbench::inline leaderboard::boards
