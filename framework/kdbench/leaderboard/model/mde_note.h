/// What difference a design could have found, said on the boards that show differences.
#pragma once
#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Returns the MDE line: the difference that the paired t test finds with 80% power at 0.05, with the standard deviation pooled
/// over cells, and the seeds that half a point would take.
/// @param cells differences by seed, fractions; those of fewer than two seeds say nothing @param reference what they are to
std::string mde_note(const std::vector<std::vector<double>>& cells, const std::string& reference);

}  // namespace kdbench::inline leaderboard::boards
