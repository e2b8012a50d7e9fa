/// Arms of one calibrator that are as badly calibrated on either side: if students followed the ECE they would learn the same.
#include <kdbench/leaderboard/boards/miscalibration_board.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/mde_note.h>
#include <kdbench/stats/comparison/paired.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace kdbench::inline leaderboard::boards {
namespace {

/// An over-confident arm and the under-confident one with the nearest ECE, means over seeds.
struct SignPair {
  const Arm *over = nullptr, *under = nullptr;
  double over_ece = 0, under_ece = 0;
  double apart() const { return std::abs(over_ece - under_ece); }
};

/// Of all pairs of the two sides the nearest, then of the arms that are left the nearest, and so on.
std::vector<SignPair> sign_pairs(const std::vector<const Arm*>& arms, TaughtRows rows) {
  const auto gap = taught_number(rows, "signed_gap"), ece = taught_number(rows, "ece");
  std::vector<SignPair> all;
  for (const auto* over : arms) {
    for (const auto* under : arms) {
      const auto above = series_mean(over->series, gap), below = series_mean(under->series, gap);
      if (!above || !below || *above <= 0 || *below >= 0) continue;
      all.push_back({over, under, series_mean(over->series, ece).value_or(NAN), series_mean(under->series, ece).value_or(NAN)});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.apart() < b.apart(); });
  std::set<const Arm*> taken;
  std::erase_if(all, [&](const SignPair& pair) {
    if (taken.contains(pair.over) || taken.contains(pair.under)) return true;
    taken.insert({pair.over, pair.under});
    return false;
  });
  return all;
}

/// Arms by calibrator, those with matched rates apart.
std::map<std::pair<bool, std::string>, std::vector<const Arm*>> arm_families(const ArmGroup& group) {
  std::map<std::pair<bool, std::string>, std::vector<const Arm*>> out;
  for (const auto& arm : group.arms) {
    if (!arm.family.empty()) out[{arm.matched, arm.family}].push_back(&arm);
  }
  return out;
}

std::vector<double> pair_differences(const SignPair& pair) {
  std::vector<double> out;
  const auto others = pair.over->series.accuracies();
  for (const auto& [seed, accuracy] : pair.under->series.accuracies()) {
    if (others.contains(seed)) out.push_back(accuracy - others.at(seed));
  }
  return out;
}

Row sign_pair_row(const ArmGroup& group, const SignPair& pair, TaughtRows rows) {
  Row row{group_cells(group)};
  row.cells.push_back(text_cell(rows_name(rows)));
  row.cells.push_back(text_cell(pair.over->matched ? "matched" : "recipe's"));
  row.cells.push_back(text_cell(pair.over->name));
  row.cells.push_back(text_cell(pair.under->name));
  row.cells.push_back(number_cell(metric("ece"), pair.over_ece));
  row.cells.push_back(number_cell(metric("ece"), pair.under_ece));
  row.cells.push_back(difference_cell(metric("difference"), pair.under->series, pair.over->series));
  const auto differences = pair_differences(pair);
  const auto test = stats::paired_difference(differences, std::vector<double>(differences.size(), 0.0));
  row.cells.push_back(number_cell(metric("test_p"), test.p));
  return row;
}

/// The pairs of one split in all groups; their differences are added to `differences`.
void add_sign_pairs(const ArmBoard& board, TaughtRows rows, Table& table, std::vector<std::vector<double>>& differences) {
  const auto before = table.rows.size();
  for (const auto& group : board.groups) {
    for (const auto& [family, arms] : arm_families(group)) {
      for (const auto& pair : sign_pairs(arms, rows)) {
        table.rows.push_back(sign_pair_row(group, pair, rows));
        differences.push_back(pair_differences(pair));
      }
    }
  }
  if (table.rows.size() != before) return;
  table.notes.push_back(fmt::format("No pair on {} rows: no calibrator has arms on both sides there.", rows_name(rows)));
}

}  // namespace

Table opposite_signs_table(const ArmBoard& board) {
  Table table;
  table.title = board.title("equal ECE, opposite sign");
  table.columns = group_columns();
  for (const auto* title : {"rows", "learning rate", "over-confident", "under-confident"})
    table.columns.push_back(text_column(title, true));
  table.columns.push_back(number_column(metric("ece"), "its ECE"));
  table.columns.push_back(number_column(metric("ece"), "the other's"));
  table.columns.push_back(interval_column(metric("difference"), "under - over"));
  table.columns.push_back(number_column(metric("test_p")));
  table.notes = {
      "Arms of one calibrator whose teacher is, in the mean over seeds, over-confident and under-confident on these rows, paired "
      "by the "
      "nearest ECE; each arm stands in one pair.",
      "under - over: accuracy of the students of the under-confident teacher above those of the over-confident one, mean over "
      "shared "
      "seeds [95% t interval]; p of the paired t test. Neither is corrected for the number of pairs. Students who follow the ECE "
      "show "
      "no difference."};
  std::vector<std::vector<double>> differences;
  for (const auto rows : {TaughtRows::kTest, TaughtRows::kTraining}) add_sign_pairs(board, rows, table, differences);
  table.notes.push_back(mde_note(differences, "the over-confident arm"));
  return table;
}

}  // namespace kdbench::inline leaderboard::boards
