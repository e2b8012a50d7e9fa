/// Marks of ECEs, and of differences of ECEs, that chance alone would give: those within the 95 % quantile of the floor
/// (calibration/ece_floor.h).
#pragma once
#include <kdbench/leaderboard/model/table.h>

#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// An ECE with the 95 % quantile of its floor, both means over the same seeds, as fractions; nothing where it is not known.
struct FlooredEce {
  std::optional<double> ece, floor;
};

/// Means of values by run; nothing of none.
FlooredEce floored_ece(const std::vector<double>& eces, const std::vector<double>& floors);

/// Marks cells whose ECEs are compared, each by the ECE of the same place in `eces`: "°" for an ECE of at most its floor, "≈" for
/// one above the lowest of all by at most the larger of the two floors.
/// @returns the legend's lines of the marks that were set
std::vector<std::string> mark_eces(const std::vector<Cell*>& cells, const std::vector<FlooredEce>& eces);

/// Whether two ECEs differ by no more than the larger of their floors.
bool is_within_floor(const FlooredEce& a, const FlooredEce& b);

}  // namespace kdbench::inline leaderboard::boards
