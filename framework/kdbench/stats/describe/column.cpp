/// The mean of a column of numbers, and sums over columns.
#include <kdbench/stats/describe/column.h>

#include <kdbench/stats/describe/columns_check.h>
#include <kdbench/stats/interval.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace kdbench::stats {

double mean(const std::vector<double>& values) {
  if (values.empty() || !all_finite(values)) return kUndefined;
  if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end()) return values.front();
  const auto n = static_cast<double>(values.size());
  // Dividing first keeps the sum of huge values finite; the second pass removes the rounding of the first.
  const auto first = std::accumulate(values.begin(), values.end(), 0.0, [&](double sum, double v) { return sum + v / n; });
  return first + std::accumulate(values.begin(), values.end(), 0.0, [&](double sum, double v) { return sum + (v - first); }) / n;
}

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
