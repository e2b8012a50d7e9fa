/// The sensitivity board: how much a method's accuracy depends on the calibration of its teacher.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Returns three tables a data set, pair and strategy: statistics, the best values, and the curves; none if the study has no
/// curve.
std::vector<Table> sensitivity_board(PlanResults& results, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
