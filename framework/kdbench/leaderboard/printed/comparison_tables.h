/// The tables that compare_with_printed() is made of.
#pragma once
#include <kdbench/leaderboard/model/table.h>
#include <kdbench/leaderboard/printed/sweeps.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// A sweep with what was computed of it.
struct Measured {
  const Sweep* sweep = nullptr;
  SweepStatistics statistics;
};

/// Printed sweeps and our own along the same thing.
struct PrintedComparison {
  std::string source, table, along;
  std::vector<Measured> printed;
  std::vector<Measured> ours;   ///< in the order of the printed methods; something varies in each
  std::vector<Sweep> all_ours;  ///< also those of one value, of which only numbers can be compared
};

/// Returns "ResNet-56 -> ResNet-14, tau 1.6": networks and what else stays.
std::string sweep_text(const Sweep& sweep);

Table settings_table(const PrintedComparison& comparison);        ///< what differs
Table sweeps_table(const PrintedComparison& comparison);          ///< what each sweep says
Table sign_agreement_table(const PrintedComparison& comparison);  ///< where the signs agree
/// Number by number where data set, networks and everything that stays are the same; without rows where nothing is.
Table numbers_table(const PrintedComparison& comparison);

}  // namespace kdbench::inline leaderboard::boards
