/// What a curve of accuracy and teacher's ECE along an axis says: rank correlations, spread, regret and slope, each with its
/// interval over seeds.
#pragma once
#include <kdbench/leaderboard/model/board_options.h>
#include <kdbench/stats/describe/bootstrap.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// Fewer seeds give no interval but that of the slope: none was found that holds what it says (`kdbench stats coverage`).
inline constexpr std::size_t kLeastSeedsForInterval = 6;

/// An estimate; the interval only where enough seeds allow one. `p` of a permutation test where there is one.
struct Estimate {
  std::optional<double> value = {}, low = {}, high = {}, p = {};
};

/// Values of whole curves, [seed][point]; `ece` is empty where the method has no teacher. Fractions.
struct Grid {
  std::vector<std::vector<double>> accuracy, ece;
};

/// What one curve says about a method. Fractions; correlations in [-1, 1]; nothing where a number does not exist.
struct AxisStatistics {
  std::vector<double> accuracy, ece;  ///< means over seeds at each point
  Estimate spearman;                  ///< of ECE and accuracy: the paper's number
  Estimate spearman_axis;             ///< of the position on the axis and accuracy
  Estimate kendall;                   ///< tau-b of ECE and accuracy
  Estimate slope;                     ///< accuracy per ECE, mean of each seed's least squares; t interval over seeds
  Estimate spread;                    ///< best minus worst mean accuracy
  Estimate regret;                    ///< best minus mean of the mean accuracies
  std::optional<std::size_t> best;    ///< point of the best mean accuracy, of equal ones the first
  std::vector<std::optional<double>> per_seed_spearman;  ///< of ECE and accuracy; parallel to the grid's seeds
  std::vector<std::size_t> per_seed_best;                ///< point of the best accuracy of each seed
};

/// Least squares of accuracy on `ece` (or what stands in its place) at every seed, the mean of the seeds' slopes and its t
/// interval; nothing with fewer points than `least_points`.
Estimate slope_over_seeds(const Grid& grid, std::size_t least_points);

/// The resampling that statistics_of() uses; its text() belongs on the board.
stats::BootstrapOptions bootstrap_options(const BoardOptions& options);

/// Computes everything but the slope from means over seeds, as the paper does; correlations need three points. Intervals are over
/// whole seeds, because the points of one curve share a teacher and are not independent: of rank correlations by bootstrap,
/// widened for few seeds; of spread and regret by the t intervals of what they are the largest of; of the slope by t, from two
/// seeds on.
/// @param axis position of each point
AxisStatistics statistics_of(const std::vector<double>& axis, const Grid& grid, const BoardOptions& options);

}  // namespace kdbench::inline leaderboard::boards
