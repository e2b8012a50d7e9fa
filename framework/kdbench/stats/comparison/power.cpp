/// Power of the paired t test.
#include <kdbench/stats/comparison/power.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/distributions.h>
#include <kdbench/stats/interval.h>

#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/tools/roots.hpp>

#include <cmath>
#include <cstdint>
#include <utility>

namespace kdbench::stats {
namespace {

constexpr std::size_t kMostPairs = 100000;

/// Of the difference in standard errors.
double power_at(double noncentrality, std::size_t pairs, double level) {
  const auto freedom = static_cast<double>(pairs) - 1;
  const auto critical = t_critical(1 - level, freedom);
  const boost::math::non_central_t distribution(freedom, noncentrality);
  return boost::math::cdf(boost::math::complement(distribution, critical)) + boost::math::cdf(distribution, -critical);
}

}  // namespace

double paired_power(double difference, double sd, std::size_t pairs, double level) {
  if (pairs < 2 || !(sd > 0) || !std::isfinite(sd) || !std::isfinite(difference)) return kUndefined;
  return power_at(std::abs(difference) / sd * std::sqrt(static_cast<double>(pairs)), pairs, level);
}

double least_detectable_difference(double sd, std::size_t pairs, double power, double level) {
  KDBENCH_CHECK(level > 0 && level < power && power < 1, "a power lies between the level of its test and 1");
  if (pairs < 2 || !(sd > 0) || !std::isfinite(sd)) return kUndefined;
  // The t of few pairs is small by luck of its denominator alone: at the critical value times this, power is near 1.
  const auto most = 3 * t_critical(1 - level, static_cast<double>(pairs) - 1) + 5;
  std::uintmax_t steps = 200;
  const auto bracket =
      boost::math::tools::bisect([&](double noncentrality) { return power_at(noncentrality, pairs, level) - power; }, 0.0, most,
                                 [](double low, double high) { return high - low < 1e-10 * high; }, steps);
  return (bracket.first + bracket.second) / 2 * sd / std::sqrt(static_cast<double>(pairs));
}

std::optional<std::size_t> pairs_to_detect(double difference, double sd, double power, double level) {
  if (std::isnan(paired_power(difference, sd, 2, level)) || difference == 0) return std::nullopt;
  const auto enough = [&](std::size_t pairs) { return paired_power(difference, sd, pairs, level) >= power; };
  std::size_t high = 2;
  while (!enough(high)) {
    if (high > kMostPairs) return std::nullopt;
    high *= 2;
  }
  std::size_t low = 1;  // too few, as one pair always is
  if (high > 2) low = high / 2;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace kdbench::stats
