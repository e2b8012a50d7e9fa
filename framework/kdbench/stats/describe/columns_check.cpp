/// Checks of columns.
#include <kdbench/stats/describe/columns_check.h>

#include <kdbench/base/check.h>

#include <algorithm>
#include <cmath>

namespace kdbench::stats {

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

bool is_constant(const std::vector<double>& values) {
  if (values.empty()) return true;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high - *low <= 1e-13 * std::max(std::abs(*low), std::abs(*high));
}

bool is_usable(const std::vector<double>& x, const std::vector<double>& y, std::size_t at_least) {
  KDBENCH_CHECK(x.size() == y.size(), "paired columns have one length");
  return x.size() >= at_least && all_finite(x) && all_finite(y);
}

}  // namespace kdbench::stats
