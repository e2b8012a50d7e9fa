/// Sums over columns of numbers.
#include <kdbench/stats/describe/column.h>

#include <kdbench/stats/describe/summary.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kdbench::stats {

std::vector<double> deviations(const std::vector<double>& values) {
  std::vector<double> out(values.size());
  const auto centre = mean(values);
  std::transform(values.begin(), values.end(), out.begin(), [&](double v) { return v - centre; });
  return out;
}

std::vector<double> scaled_deviations(std::vector<double> values) {
  double largest = 0;
  for (const auto v : values) largest = std::max(largest, std::abs(v));
  const auto exponent = std::ilogb(largest);
  for (auto& v : values) v = std::scalbn(v, -exponent);
  return deviations(values);
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace kdbench::stats
