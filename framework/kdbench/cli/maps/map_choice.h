/// Which networks of a study are drawn as maps.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>

#include <string>
#include <vector>

namespace kdbench::inline cli {

/// What the user asked for; empty: what choose_maps() takes by itself.
struct MapChoice {
  std::string method;             ///< label
  std::vector<double> values;     ///< of the study's axis
  std::vector<std::string> jobs;  ///< beginnings of job ids
};

/// One network to be drawn.
struct MappedJob {
  std::string job, title;
};

/// Returns students that are done, in natural order, each of its lowest seed that is. Without a choice: every method of a compare
/// study; of a sensitivity study the first method at the two values whose teachers have the lowest and the highest ECE. Names
/// that fit nothing are diagnostics; a study without finished students, and one without an axis where values are asked for, give
/// an empty list.
Result<std::vector<MappedJob>> choose_maps(const boards::PlanResults& results, const std::string& study, const MapChoice& choice);

}  // namespace kdbench::inline cli
