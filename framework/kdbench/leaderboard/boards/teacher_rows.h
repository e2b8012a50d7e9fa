/// Teachers as taught, on training, validation and test rows beside each other: what a student learns from is another network on
/// the rows that it learned itself.
#pragma once
#include <kdbench/leaderboard/boards/teachers.h>
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Returns one table with three rows for each state and temperature in which a teacher taught; none where nobody who is done was
/// taught.
/// @param study its placements only; empty: those of every study
std::vector<Table> teacher_rows_table(const PlanResults& results, const Teachers& teachers, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
