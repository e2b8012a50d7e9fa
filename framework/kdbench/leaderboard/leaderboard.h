/// Leaderboard: tables made from a plan and the records of its jobs, and their renderings. A pure function: the same records
/// give the same bytes, whatever the order of placements, the locale and the machine.
#pragma once
#include <kdbench/leaderboard/model/board_options.h>
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>
#include <kdbench/leaderboard/render/render.h>
#include <kdbench/plan/plan.h>

namespace kdbench::inline leaderboard {

/// Returns every board that the plan's studies ask for, in the order of boards/boards.cpp, and the points that they are made of.
/// @param record_of returns the record of a job, or nothing; it is asked once a job.
Leaderboard make_leaderboard(const Plan& plan, const RecordOf& record_of, const BoardOptions& options = {});

}  // namespace kdbench::inline leaderboard
