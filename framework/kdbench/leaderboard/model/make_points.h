/// The points of a study.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/result_points.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Returns every method of a study, in the order of the strategy board.
std::vector<Point> make_points(PlanResults& results, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
