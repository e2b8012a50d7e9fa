/// Who taught whom: rows of one method under one strategy, with every network of the chain that taught. The strategy board and
/// the points are made of them.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// One method, one strategy, one value of the axis: the runs of its seeds.
struct TaughtRow {
  const Placement* placement = nullptr;  ///< one of them; only seed and jobs differ between the runs
  Series series;
};

/// Gathers the methods of a study, one entry a place, in natural order: pair, method and value first, then the strategies with
/// the direct one before the others. Students alone and teachers are not methods.
std::vector<TaughtRow> taught_rows(PlanResults& results, const std::string& study);

/// One teacher of a chain, as it taught, over the seeds that are done.
struct TeachingStep {
  std::string teacher, taught;                     ///< names of models
  std::string checkpoint;                          ///< the state that taught; with its epochs where a rule chose them
  std::vector<std::string> jobs;                   ///< of the teacher
  std::vector<double> accuracy, ece, temperature;  ///< on test rows, at the temperature of the loss it taught by; fractions
  std::vector<double> floor;                       ///< 95 % quantiles of the ECE's floor, where they are known
};

/// Returns the chain from the first teacher to the one who taught the student directly; empty where nobody taught.
std::vector<TeachingStep> teaching_steps(const PlanResults& results, const TaughtRow& row);

/// Models from the first teacher to the direct one; empty where nobody taught.
std::vector<std::string> chain_of(const Placement& placement);

/// Returns "teacher > assistant > student".
std::string chain_text(const Placement& placement);

/// Whether the study's strategy without detours made the run. A run without a strategy took none.
bool is_direct(const PlanResults& results, const Placement& placement);

}  // namespace kdbench::inline leaderboard::boards
