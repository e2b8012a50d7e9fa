/// The teacher board: how good and how calibrated each teacher is, and on which rows.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Returns metrics, ECE against tau and reliability tables of the teachers of a study; `study` empty: of every study.
std::vector<Table> teacher_board(PlanResults& results, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
