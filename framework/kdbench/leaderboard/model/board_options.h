/// What a caller may ask of boards beside the plan.
#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace kdbench::inline leaderboard {

struct BoardOptions {
  std::set<std::string> running = {};  ///< jobs at work now: without a record they are "running", not "missing"
  std::size_t bootstrap_samples = 2000;
  std::uint64_t random_seed = 1;  ///< of bootstrap and permutations
};

}  // namespace kdbench::inline leaderboard
