/// What a caller may ask of boards beside the plan.
#pragma once
#include <kdbench/results/record.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard {

/// Returns the predicted class of every test row in the state that the plan selects, for a student's job; nothing: not known.
using PredictionsOf = std::function<std::optional<std::vector<std::int32_t>>(const std::string& job)>;

struct BoardOptions {
  std::set<std::string> running = {};  ///< jobs at work now: without a record they are "running", not "missing"
  std::size_t bootstrap_samples = 2000;
  std::uint64_t random_seed = 1;        ///< of bootstrap and permutations
  std::vector<UsedPlugin> loaded = {};  ///< which build of every plugin there is; empty: not known
  PredictionsOf predictions = {};       ///< for the error that test rows make; empty: not known
};

}  // namespace kdbench::inline leaderboard
