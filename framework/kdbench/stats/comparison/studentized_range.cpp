/// Range of standard normals by numerical integration.
#include <kdbench/stats/comparison/studentized_range.h>

#include <kdbench/base/check.h>

#include <boost/math/tools/roots.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace kdbench::stats {
namespace {

double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }
double below(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

}  // namespace

double normal_range_cdf(double q, std::size_t count) {
  KDBENCH_CHECK(count >= 2, "a range is of two values or more");
  if (!(q > 0)) return 0;
  // z is the largest value and the others lie within q below it. The integrand is smooth and dies out at both
  // ends, where the trapezoid rule converges faster than any power of the step.
  constexpr double kReach = 9, kStep = 1.0 / 64;
  const auto others = static_cast<double>(count - 1);
  double sum = 0;
  for (double z = -kReach; z <= kReach; z += kStep) sum += density(z) * std::pow(below(z) - below(z - q), others);
  return std::min(1.0, static_cast<double>(count) * sum * kStep);
}

double normal_range_quantile(double probability, std::size_t count) {
  KDBENCH_CHECK(probability > 0 && probability < 1, "a probability lies between 0 and 1");
  constexpr double kLargest = 64;  // beyond the range of any number of values that fits in a computer
  std::uintmax_t steps = 200;
  const auto bracket =
      boost::math::tools::bisect([&](double q) { return normal_range_cdf(q, count) - probability; }, 0.0, kLargest,
                                 [](double low, double high) { return high - low < 1e-14 * high; }, steps);
  return (bracket.first + bracket.second) / 2;
}

}  // namespace kdbench::stats
