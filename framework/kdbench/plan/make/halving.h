/// Successive halving: how many trials a rung has, and which of them go on.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kdbench::inline plan {

/// Trials of a rung, counted from 0: half of those of the rung before, rounded up. 8 trials in three rungs: 8, 4, 2.
std::int64_t trials_of_rung(std::int64_t trials, std::size_t rung);

/// The places of the `keep` best scores, ascending. Of equal scores the earlier place is better; nothing is worse than any score.
std::vector<std::size_t> best_of(const std::vector<std::optional<double>>& scores, std::size_t keep);

}  // namespace kdbench::inline plan
