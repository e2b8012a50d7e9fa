/// The coefficients without their p values, for what asks for thousands of them. Columns as in correlation.h.
#pragma once
#include <cstddef>
#include <vector>

namespace kdbench::stats {

double pearson_r(const std::vector<double>& x, const std::vector<double>& y);
double spearman_rho(const std::vector<double>& x, const std::vector<double>& y);

/// What Kendall's tau-b and its p are made of.
struct KendallCounts {
  double pairs = 0;  ///< n (n - 1) / 2
  double discordant = 0;
  double tied_x = 0, tied_y = 0;  ///< pairs tied in a column
  double tied_both = 0;

  double concordant_minus_discordant() const { return pairs - tied_x - tied_y + tied_both - 2 * discordant; }
  /// NaN for a constant column.
  double tau_b() const;
};

/// Counts in O(n log n) (Knight 1966). The values are finite.
KendallCounts count_pairs(const std::vector<double>& x, const std::vector<double>& y);

double kendall_tau_b(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace kdbench::stats
