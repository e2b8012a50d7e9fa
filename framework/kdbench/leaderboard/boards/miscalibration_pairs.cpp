/// Arms of one calibrator that are as badly calibrated on either side: if students followed the ECE they would learn the same.
#include <kdbench/leaderboard/boards/miscalibration_board.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/ece_marks.h>
#include <kdbench/leaderboard/model/mde_note.h>
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/stats/comparison/paired.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace kdbench::inline leaderboard::boards {
namespace {

/// ECEs are equal that differ by at most this share of the larger, or by at most the larger of their floors.
constexpr double kEqualShare = 0.25;

/// What an arm's teacher is on one split, means over seeds.
struct ArmSide {
  FlooredEce ece;
  int sign = 0;  ///< of confidence - accuracy; 0 where seeds differ in it, and where its size is within the floor
};

ArmSide side_of(const Arm& arm, TaughtRows rows) {
  const auto number = [&](const char* key) { return series_values(arm.series, taught_number(rows, key)); };
  const auto gaps = number("signed_gap");
  ArmSide out{floored_ece(number("ece"), number("ece_floor_95")), 0};
  if (gaps.empty() || !out.ece.floor) return out;
  const auto gap = stats::mean(gaps);
  const auto agrees = [&](double of_seed) { return of_seed * gap > 0; };
  if (std::abs(gap) > *out.ece.floor && std::all_of(gaps.begin(), gaps.end(), agrees)) out.sign = gap > 0 ? 1 : -1;
  return out;
}

bool are_equal(const FlooredEce& a, const FlooredEce& b) {
  return a.ece && b.ece && (is_within_floor(a, b) || std::abs(*a.ece - *b.ece) <= kEqualShare * std::max(*a.ece, *b.ece));
}

/// An over-confident arm and an under-confident one of equal ECE.
struct SignPair {
  const Arm *over = nullptr, *under = nullptr;
  double over_ece = 0, under_ece = 0;
  double apart() const { return std::abs(over_ece - under_ece); }
};

/// Of all pairs of the two sides the nearest, then of the arms that are left the nearest, and so on.
std::vector<SignPair> sign_pairs(const std::vector<const Arm*>& arms, TaughtRows rows) {
  std::vector<SignPair> all;
  for (const auto* over : arms) {
    for (const auto* under : arms) {
      const auto above = side_of(*over, rows), below = side_of(*under, rows);
      if (above.sign != 1 || below.sign != -1 || !are_equal(above.ece, below.ece)) continue;
      all.push_back({over, under, *above.ece.ece, *below.ece.ece});
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

/// Arms by calibrator, those with matched rates apart. The teacher as it is stands in each: its own matched rate is the recipe's.
std::map<std::pair<bool, std::string>, std::vector<const Arm*>> arm_families(const ArmGroup& group) {
  std::map<std::pair<bool, std::string>, std::vector<const Arm*>> out;
  for (const auto& arm : group.arms) {
    if (!arm.family.empty()) out[{arm.matched, arm.family}].push_back(&arm);
  }
  for (auto& [family, arms] : out) {
    if (group.reference() != nullptr) arms.push_back(group.reference());
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

Row sign_pair_row(const ArmGroup& group, const SignPair& pair, TaughtRows rows, bool is_matched) {
  Row row{group_cells(group)};
  row.cells.push_back(text_cell(rows_name(rows)));
  row.cells.push_back(text_cell(is_matched ? "matched" : "recipe's"));
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

/// Of how many groups and rates an arm stands in, and in how many of them it has no partner.
struct Unpaired {
  std::size_t without = 0, of = 0;
};

std::string unpaired_note(const std::map<std::string, Unpaired, NaturalLess>& arms, TaughtRows rows) {
  std::string out;
  for (const auto& [name, count] : arms) {
    if (count.without == 0) continue;
    out += (out.empty() ? "" : ", ") + name;
    if (count.without < count.of) out += fmt::format(" (in {} of {} groups and rates)", count.without, count.of);
  }
  return out.empty() ? out : fmt::format("Arms without an equal of the opposite sign on {} rows: {}.", rows_name(rows), out);
}

/// The pairs of one split in all groups; their differences are added to `differences`.
void add_sign_pairs(const ArmBoard& board, TaughtRows rows, Table& table, std::vector<std::vector<double>>& differences) {
  const auto before = table.rows.size();
  std::map<std::string, Unpaired, NaturalLess> unpaired;
  for (const auto& group : board.groups) {
    for (const auto& [family, arms] : arm_families(group)) {
      for (const auto* arm : arms) {
        if (arm != group.reference()) ++unpaired[arm->name].of, ++unpaired[arm->name].without;
      }
      for (const auto& pair : sign_pairs(arms, rows)) {
        table.rows.push_back(sign_pair_row(group, pair, rows, family.first));
        differences.push_back(pair_differences(pair));
        for (const auto* arm : {pair.over, pair.under}) {
          if (arm != group.reference()) --unpaired[arm->name].without;
        }
      }
    }
  }
  if (table.rows.size() == before)
    table.notes.push_back(
        fmt::format("No pair on {} rows: no calibrator has arms of equal ECE on both sides there.", rows_name(rows)));
  auto note = unpaired_note(unpaired, rows);
  if (!note.empty()) table.notes.push_back(std::move(note));
}

std::vector<std::string> pairs_notes() {
  return {
      fmt::format(
          "Arms of one calibrator, the teacher as it is beside them, that are over-confident and under-confident on these rows: "
          "confidence - accuracy has that sign at every seed, and its mean is larger than the floor of the ECE at 95%. Their "
          "ECEs differ by at most the larger of the two floors or {:.0f}% of the larger ECE, whichever is more. The nearest are "
          "paired first, each arm once for a calibrator and a learning rate.",
          100 * kEqualShare),
      "under - over: accuracy of the students of the under-confident teacher above those of the over-confident one, mean over "
      "shared seeds [95% t interval]; p of the paired t test. Neither is corrected for the number of pairs. A student that "
      "follows the ECE alone shows no difference but what the ECEs beside it differ by."};
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
  table.notes = pairs_notes();
  std::vector<std::vector<double>> differences;
  for (const auto rows : {TaughtRows::kTest, TaughtRows::kTraining}) add_sign_pairs(board, rows, table, differences);
  table.notes.push_back(mde_note(differences, "the over-confident arm"));
  return table;
}

}  // namespace kdbench::inline leaderboard::boards
