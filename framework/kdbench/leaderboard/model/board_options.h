/// What a caller may ask of boards beside the plan.
#pragma once
#include <kdbench/results/record.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard {

struct BoardOptions {
  std::set<std::string> running = {};  ///< jobs at work now: without a record they are "running", not "missing"
  std::size_t bootstrap_samples = 2000;
  std::uint64_t random_seed = 1;        ///< of bootstrap and permutations
  std::vector<UsedPlugin> loaded = {};  ///< which build of every plugin there is; empty: not known
};

}  // namespace kdbench::inline leaderboard
