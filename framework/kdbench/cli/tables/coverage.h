/// The engine of `kdbench stats coverage`: how often the sensitivity board's intervals hold the truth, by simulation.
#pragma once
#include <kdbench/leaderboard/leaderboard.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline cli {

struct CoverageOptions {
  std::size_t replicates = 2000;  ///< simulated studies a truth and number of seeds
  std::size_t bootstrap_samples = 2000;
  std::uint64_t random_seed = 1;
  std::vector<std::size_t> seeds = {3, 5, 6, 10};
};

/// One true curve along an axis of seven values.
struct TrueCurve {
  std::string name;
  std::vector<double> accuracy;  ///< points above that of the first value
};

/// Flat, falling by 0.05 points for a point of ECE, and curved: up by a point and down by three and a half.
const std::vector<TrueCurve>& true_curves();

/// Returns a table with a row an interval (slope, Spearman, spread, regret) and truth, a column a number of seeds: the share of
/// studies, in per cent, whose interval holds the truth; "none" where there is no interval. The intervals are those of
/// statistics_of(), over seeds that differ in level, in slope and at every point. Flat curves have no rank correlation: theirs
/// should hold 0.
Table coverage_table(const CoverageOptions& options);

}  // namespace kdbench::inline cli
