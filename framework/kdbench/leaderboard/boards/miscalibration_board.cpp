#include <kdbench/leaderboard/boards/miscalibration_board.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/ece_marks.h>
#include <kdbench/leaderboard/model/mde_note.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

namespace kdbench::inline leaderboard::boards {
namespace {

std::string rate_text(const Arm& arm) { return arm.matched ? "matched" : "recipe's"; }

/// A row for every arm that is not another's with matched rates, and a mark at each ECE that chance would give as well.
std::vector<std::string> add_taught_rows(const ArmBoard& board, TaughtRows rows, Table& table) {
  std::vector<FlooredEce> eces;
  std::set<std::string> groups;
  const auto ece = taught_number(rows, "ece"), floor = taught_number(rows, "ece_floor_95");
  for (const auto& arm : board.groups.front().arms) {
    if (arm.matched) continue;
    const auto [group, series] = first_measured(board, arm, ece);
    if (group != nullptr) groups.insert(group->text());
    auto& row = table.rows.emplace_back(Row{{text_cell(arm.name)}});
    for (const auto* key : taught_metrics())
      row.cells.push_back(compact_cell(
          metric(key), series == nullptr ? std::vector<double>() : series_values(*series, taught_number(rows, key))));
    eces.push_back(series == nullptr ? FlooredEce{} : floored_ece(series_values(*series, ece), series_values(*series, floor)));
  }
  std::vector<std::string> notes;
  if (rows == TaughtRows::kTraining && !groups.empty())
    notes.push_back(
        fmt::format("As students by {} saw them, the first for which an arm is measured. Where rows are augmented, students of "
                    "another budget see others.",
                    fmt::join(groups, "; ")));
  const auto& keys = taught_metrics();
  const auto at = 1 + std::find(keys.begin(), keys.end(), std::string_view("ece")) - keys.begin();
  std::vector<Cell*> cells;
  for (auto& row : table.rows) cells.push_back(&row.cells[static_cast<std::size_t>(at)]);
  for (auto& line : mark_eces(cells, eces)) notes.push_back(std::move(line));
  return notes;
}

/// The teacher as taught, arm by arm, on one split.
Table taught_table(const ArmBoard& board, TaughtRows rows) {
  Table table;
  table.title = board.title(fmt::format("the teacher as taught, on {} rows", rows_name(rows)));
  table.columns = {text_column(board.over_teachers ? "teacher" : "calibrator", true)};
  for (const auto* key : taught_metrics()) {
    table.columns.push_back(summary_column(metric(key), metric(key).title));
    table.columns.back().direction = Direction::kNone;
  }
  table.notes = {
      fmt::format("Of the logits as the loss had them, on the {} rows{}; mean±sd over seeds. Confidence - accuracy above 0: "
                  "over-confident. Entropy and NLL in nats.",
                  rows_name(rows), rows == TaughtRows::kTraining ? " as the loss saw them, augmented where they are" : "")};
  for (auto& line : add_taught_rows(board, rows, table)) table.notes.push_back(std::move(line));
  return table;
}

/// Against the calibrated teacher at the same kind of learning rate.
Cell vs_calibrated_cell(const ArmGroup& group, const Arm& arm, const Arm& calibrated) {
  const auto* other = group.find(calibrated.family, calibrated.name, arm.matched);
  return other == nullptr ? said_cell("n/a", "no such arm") : difference_cell(metric("difference"), arm.series, other->series);
}

/// @param calibrated null: no arm is
Row arm_row(const ArmGroup& group, const Arm& arm, const Arm* calibrated) {
  Row row{{text_cell(fmt::format("x{}", group.budget)), text_cell(arm.name), text_cell(rate_text(arm))}};
  const NumberOf norm = [](const Outcome& run) { return run.first_gradient_norm; };
  const NumberOf factor = [](const Outcome& run) { return run.rate_factor; };
  row.cells.push_back(compact_cell(metric("gradient_norm"), series_values(arm.series, norm)));
  row.cells.push_back(arm.matched ? compact_cell(metric("rate_factor"), series_values(arm.series, factor)) : said_summary("-"));
  row.cells.push_back(summary_cell(metric("accuracy"), arm.series));
  row.cells.push_back(mean_interval_cell(metric("accuracy"), values_of(arm.series.accuracies())));
  if (const auto* reference = group.reference())
    row.cells.push_back(difference_cell(metric("difference"), arm.series, reference->series));
  if (calibrated != nullptr) row.cells.push_back(vs_calibrated_cell(group, arm, *calibrated));
  return row;
}

/// @param differences columns of differences, which it has none of
Row labels_row(std::int64_t budget, const Series& series, std::size_t differences) {
  Row row{{text_cell(fmt::format("x{}", budget)), text_cell("labels alone"), text_cell("recipe's"), said_summary("-"),
           said_summary("-"), summary_cell(metric("accuracy"), series),
           mean_interval_cell(metric("accuracy"), values_of(series.accuracies()))}};
  for (std::size_t i = 0; i < differences; ++i) row.cells.push_back(said_cell("-", "reference"));
  return row;
}

bool is_same_curve(const ArmGroup& group, const std::string& loss, double tau) {
  return group.loss == loss && group.student_tau == tau;
}

std::vector<std::vector<double>> differences_to_reference(const std::vector<const ArmGroup*>& groups) {
  std::vector<std::vector<double>> out;
  for (const auto* group : groups) {
    const auto* reference = group->reference();
    for (const auto& arm : group->arms) {
      if (reference == nullptr || &arm == reference) continue;
      auto& cell = out.emplace_back();
      const auto others = reference->series.accuracies();
      for (const auto& [seed, accuracy] : arm.series.accuracies()) {
        if (others.contains(seed)) cell.push_back(accuracy - others.at(seed));
      }
    }
  }
  return out;
}

std::vector<Column> arm_columns(const ArmBoard& board, bool has_reference, bool has_calibrated) {
  std::vector<Column> out = {text_column("budget", true),
                             text_column(board.over_teachers ? "teacher" : "calibrator", true),
                             text_column("learning rate", true),
                             summary_column(metric("gradient_norm"), metric("gradient_norm").title),
                             summary_column(metric("rate_factor"), metric("rate_factor").title),
                             summary_column(metric("accuracy"), "accuracy"),
                             mean_interval_column(metric("accuracy"))};
  if (has_reference) out.push_back(interval_column(metric("difference"), "vs as it is"));
  if (has_calibrated) out.push_back(interval_column(metric("difference"), "vs calibrated"));
  return out;
}

/// What the columns of differences are to.
std::vector<std::string> difference_notes(const std::vector<const ArmGroup*>& groups, const Arm* calibrated) {
  if (groups.front()->reference() == nullptr) return {};
  const std::string of_all = "mean over shared seeds [95% t interval, not corrected for the number of arms].";
  return {
      "vs as it is: accuracy above that under the teacher as it is, " + of_all,
      calibrated == nullptr
          ? "No calibrator's arm has an ECE within its floor on test rows: none stands for the calibrated teacher."
          : fmt::format("vs calibrated: accuracy above that under {}, at the same budget and kind of learning rate, {} Of all "
                        "calibrators' arms it has the lowest mean ECE on test rows, within its floor at 95%. It is what "
                        "calibrators that first calibrate start from.",
                        calibrated->name, of_all),
      mde_note(differences_to_reference(groups), "the teacher as it is")};
}

/// Every arm of one loss at one temperature of the student.
Table arms_table(const PlanResults& results, const ArmBoard& board, const ArmGroup& first) {
  std::vector<const ArmGroup*> groups;
  for (const auto& group : board.groups) {
    if (is_same_curve(group, first.loss, first.student_tau)) groups.push_back(&group);
  }
  const bool has_reference = first.reference() != nullptr;
  const auto* calibrated = has_reference ? calibrated_arm(board) : nullptr;
  Table table;
  table.title = board.title(fmt::format("students by {}, tau {}", first.loss, first.student_tau));
  table.columns = arm_columns(board, has_reference, calibrated != nullptr);
  for (const auto* group : groups) {
    for (const auto& arm : group->arms) table.rows.push_back(arm_row(*group, arm, calibrated));
    const auto alone = board.alone.find(group->budget);
    if (alone == board.alone.end()) continue;
    table.rows.push_back(labels_row(group->budget, alone->second, (has_reference ? 1 : 0) + (calibrated != nullptr ? 1 : 0)));
  }
  table.notes = {
      selection_note(results.plan().select),
      "Budget: times the epochs of the student's recipe. ‖g₀‖: norm of the gradient of the first step, before weight "
      "decay. Matched: learning rates times the factor beside it, so that the first step is as long as under the teacher "
      "as it is."};
  for (auto& note : difference_notes(groups, calibrated)) table.notes.push_back(std::move(note));
  return table;
}

std::vector<Table> arm_tables(const PlanResults& results, const ArmBoard& board) {
  std::vector<Table> out{taught_table(board, TaughtRows::kTest), taught_table(board, TaughtRows::kTraining)};
  for (std::size_t i = 0; i < board.groups.size(); ++i) {
    const auto& group = board.groups[i];
    if (i == 0 || !is_same_curve(board.groups[i - 1], group.loss, group.student_tau))
      out.push_back(arms_table(results, board, group));
  }
  if (board.over_teachers) {
    for (const auto rows : {TaughtRows::kTest, TaughtRows::kTraining})
      out.push_back(over_teachers_table(board, rows, results.options()));
  } else {
    out.push_back(opposite_signs_table(board));
    out.push_back(arm_slopes_table(board));
  }
  out.push_back(partial_r2_table(board));
  return out;
}

}  // namespace

std::vector<Column> group_columns() { return {text_column("loss", true), text_column("tau", true), text_column("budget", true)}; }

std::vector<Cell> group_cells(const ArmGroup& group) {
  return {text_cell(group.loss), text_cell(fmt::format("{}", group.student_tau)), text_cell(fmt::format("x{}", group.budget))};
}

std::vector<Table> miscalibration_board(PlanResults& results, const std::string& study) {
  std::vector<Table> out;
  for (const auto& board : gather_arms(results, study)) {
    if (board.groups.empty()) continue;
    auto tables = arm_tables(results, board);
    std::move(tables.begin(), tables.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace kdbench::inline leaderboard::boards
