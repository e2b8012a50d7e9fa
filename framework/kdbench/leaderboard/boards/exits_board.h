/// The board of auxiliary exits.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Accuracy and calibration of every exit of every network of a study that has some, under the network's own; no table where none
/// has.
std::vector<Table> exits_board(PlanResults& results, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
