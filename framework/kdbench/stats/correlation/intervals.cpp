/// Intervals of correlations.
#include <kdbench/stats/correlation/intervals.h>

#include <kdbench/stats/correlation/coefficients.h>

namespace kdbench::stats {

BootstrapInterval spearman_interval(const std::vector<double>& x, const std::vector<double>& y, const BootstrapOptions& options) {
  return bootstrap_pairs(x, y, spearman_rho, options);
}

BootstrapInterval kendall_interval(const std::vector<double>& x, const std::vector<double>& y, const BootstrapOptions& options) {
  return bootstrap_pairs(x, y, kendall_tau_b, options);
}

BootstrapInterval pearson_interval(const std::vector<double>& x, const std::vector<double>& y, const BootstrapOptions& options) {
  return bootstrap_pairs(x, y, pearson_r, options);
}

}  // namespace kdbench::stats
