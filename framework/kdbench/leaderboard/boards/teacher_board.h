/// The teachers of a suite, with their networks by seed.
#pragma once
#include <kdbench/leaderboard/model/view.h>

#include <map>
#include <string>

namespace kdbench::inline leaderboard::boards {

/// One teacher: its jobs by seed.
struct Teacher {
  std::string name, dataset;
  Series series;
};

/// By name and data set.
using Teachers = std::map<std::string, Teacher, NaturalLess>;

/// Returns every network that is placed as a teacher, or that taught. A teacher that was taught itself (an assistant) is one
/// network per method; one that strategies trained in several ways is one teacher per way, "resnet20 (smoothed)".
/// @param study its placements only; empty: those of every study
Teachers find_teachers(View& view, const std::string& study = "");

/// Returns the checkpoint that the plan selects from a teacher's record (see RunRecord::checkpoints); null if there is none.
const Json& checkpoint_of(const View& view, const std::string& job);

}  // namespace kdbench::inline leaderboard::boards
