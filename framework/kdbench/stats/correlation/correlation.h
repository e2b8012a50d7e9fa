/// Correlation of two columns. Everywhere here: both columns have one length; fewer than 3 pairs, a constant
/// column, a NaN or an infinity give NaN for coefficient and p. Coefficients lie in [-1, 1]; p is two-sided.
#pragma once
#include <kdbench/stats/interval.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kdbench::stats {

struct Correlation {
  double value = kUndefined;
  double p = kUndefined;  ///< that a coefficient this far from 0 arises without any relation
};

/// Returns Pearson's r, with p from t with n - 2 degrees of freedom.
Correlation pearson(const std::vector<double>& x, const std::vector<double>& y);

/// Returns Spearman's rho: Pearson's r of average ranks, which holds with ties too (1 - 6 sum(d^2) / (n^3 -
/// n) does not). p from t with n - 2 degrees of freedom: an approximation; see spearman_permutation_p() for
/// few pairs.
Correlation spearman(const std::vector<double>& x, const std::vector<double>& y);

enum class KendallP {
  kAuto,    ///< exact without ties if n <= 33 or at most one pair disagrees (or agrees), else normal
  kNormal,  ///< normal approximation, corrected for ties
};

/// Returns Kendall's tau-b in O(n log n).
Correlation kendall(const std::vector<double>& x, const std::vector<double>& y, KendallP method = KendallP::kAuto);

/// Returns the distance correlation (Szekely, Rizzo & Bakirov 2007), in [0, 1]; it also sees relations that
/// are not monotone. O(n^2) time, O(n) memory.
double distance_correlation(const std::vector<double>& x, const std::vector<double>& y);

/// Returns the two-sided permutation p of Spearman's rho: over all n! orders for n <= 8, else over `samples`
/// random ones as (hits + 1) / (samples + 1). The same seed gives the same number.
double spearman_permutation_p(const std::vector<double>& x, const std::vector<double>& y, std::size_t samples = 9999,
                              std::uint64_t seed = 1);

/// Returns Fisher's interval of Pearson's r over `count` pairs, tanh(atanh(r) -+ z / sqrt(count - 3)).
/// Undefined for fewer than 4 pairs and for |r| = 1, where the formula would claim certainty.
Interval fisher_interval(double r, std::size_t count, double confidence = 0.95);

}  // namespace kdbench::stats
