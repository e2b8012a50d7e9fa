/// The board of calibrators.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// What the calibrators of a study made of its teachers' logits on the test rows: a row for the logits as they were handed to the
/// calibrator, and one for what it returned. No table where none of its teachers has one.
std::vector<Table> calibrated_board(PlanResults& results, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
