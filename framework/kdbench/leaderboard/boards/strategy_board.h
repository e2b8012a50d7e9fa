/// The strategy board: by which way a student was taught, and what that changed.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Returns the tables of every data set on which a strategy with detours taught.
std::vector<Table> strategy_board(PlanResults& results, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
