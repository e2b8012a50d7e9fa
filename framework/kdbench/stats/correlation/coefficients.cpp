/// Pearson's and Spearman's coefficients; Kendall's is in kendall.cpp.
#include <kdbench/stats/correlation/coefficients.h>

#include <kdbench/stats/correlation/ranks.h>
#include <kdbench/stats/describe/column.h>
#include <kdbench/stats/describe/columns_check.h>
#include <kdbench/stats/interval.h>

#include <algorithm>
#include <cmath>

namespace kdbench::stats {

double pearson_r(const std::vector<double>& x, const std::vector<double>& y) {
  if (!is_usable(x, y, 3) || is_constant(x) || is_constant(y)) return kUndefined;
  const auto dx = scaled_deviations(x), dy = scaled_deviations(y);
  return std::clamp(dot(dx, dy) / std::sqrt(dot(dx, dx) * dot(dy, dy)), -1.0, 1.0);
}

double spearman_rho(const std::vector<double>& x, const std::vector<double>& y) {
  return is_usable(x, y, 3) ? pearson_r(average_ranks(x), average_ranks(y)) : kUndefined;
}

}  // namespace kdbench::stats
