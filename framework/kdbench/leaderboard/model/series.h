/// One method's runs in one place of a board, by seed.
#pragma once
#include <kdbench/leaderboard/model/outcome.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

struct Series {
  std::map<std::int64_t, const Outcome*> runs;  ///< of a PlanResults, which must outlive them
  std::map<std::int64_t, std::string> jobs;

  std::size_t expected() const { return runs.size(); }
  bool complete() const;  ///< every run is done, and there is one
  std::vector<std::int64_t> seeds() const;
  std::map<std::int64_t, double> accuracies() const;  ///< of the runs that are done
  /// Says how the runs that are not done ended: "failed: out of memory"; empty if there is none.
  std::string trouble() const;
  /// kDone, or of the runs that are not the state that comes first in JobState.
  JobState state() const;
};

/// Values by seed, without the seeds.
std::vector<double> values_of(const std::map<std::int64_t, double>& by_seed);

}  // namespace kdbench::inline leaderboard::boards
