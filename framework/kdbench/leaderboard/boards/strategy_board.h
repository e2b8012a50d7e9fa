/// Rows of the strategy board, which are also the places that machine-readable results are given by: one method under one
/// strategy, with every network of the chain that taught.
#pragma once
#include <kdbench/leaderboard/model/view.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// One method, one strategy, one value of the axis: the runs of its seeds.
struct Taught {
  const Place* place = nullptr;  ///< one of them; only seed and jobs differ between the runs
  Series series;
};

/// Gathers the methods of a study, one entry a place, in natural order: pair, method and value first, then the strategies with
/// `direct` before the others. Students alone and teachers are not methods.
std::vector<Taught> taught_rows(View& view, const std::string& study);

/// One teacher of a chain, as it taught, over the seeds that are done.
struct TeachingStep {
  std::string teacher, taught;                     ///< names of models
  std::string checkpoint;                          ///< the state that taught; with its epochs where a rule chose them
  std::vector<std::string> jobs;                   ///< of the teacher
  std::vector<double> accuracy, ece, temperature;  ///< on test rows, at the temperature of the loss it taught by; fractions
};

/// Returns the chain from the first teacher to the one who taught the student directly; empty where nobody taught.
std::vector<TeachingStep> teaching_steps(const View& view, const Taught& row);

/// Returns "teacher > assistant > student".
std::string chain_text(const Place& place);

/// The study's name for the strategy without detours.
std::string direct_strategy(const View& view, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
