/// The miscalibration board: what students follow of a teacher whose confidence was moved in several ways. Every way to move its
/// calibration moves likelihood, entropy and the size of the gradient as well; so arms of equal ECE and opposite sign are paired,
/// and accuracy is regressed on all of them at once.
#pragma once
#include <kdbench/leaderboard/boards/miscalibration_arms.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Makes the board of one study; `study` names a miscalibration study of the plan.
std::vector<Table> miscalibration_board(PlanResults& results, const std::string& study);

/// Its tables. Arms of one calibrator on both sides of the accuracy, matched by ECE, and the students' difference.
Table opposite_signs_table(const ArmBoard& board);
/// Each calibrator's slopes of accuracy on the teacher's measures, by seed.
Table arm_slopes_table(const ArmBoard& board);
/// Partial R^2 of accuracy on the regressors, seeds as blocks.
Table partial_r2_table(const ArmBoard& board);
/// Over teachers: rank correlations of accuracy with every measure of the teacher.
Table over_teachers_table(const ArmBoard& board, TaughtRows rows, const BoardOptions& options);

/// Columns and cells that name a group: loss, temperature of the student, budget.
std::vector<Column> group_columns();
std::vector<Cell> group_cells(const ArmGroup& group);

}  // namespace kdbench::inline leaderboard::boards
