/// The teachers of a suite, with their networks by seed.
#pragma once
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/leaderboard/model/plan_results.h>

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
Teachers find_teachers(PlanResults& results, const std::string& study);

}  // namespace kdbench::inline leaderboard::boards
