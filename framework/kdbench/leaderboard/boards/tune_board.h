/// The board of a tune study: what was spent on each method, which setting validation rows chose, and what the default and that
/// setting reach on test rows.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Returns for each data set a table of methods, default beside tuned, and one of every trial.
std::vector<Table> tune_board(PlanResults& results, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
