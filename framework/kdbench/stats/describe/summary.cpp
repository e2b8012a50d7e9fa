/// Spread and t interval, in two passes.
#include <kdbench/stats/describe/summary.h>

#include <kdbench/stats/distributions.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace kdbench::stats {

double sample_sd(const std::vector<double>& values) {
  if (values.size() < 2) return kUndefined;
  const auto d = deviations(values);
  return std::sqrt(dot(d, d) / static_cast<double>(values.size() - 1));
}

double population_variance(const std::vector<double>& values) {
  if (values.empty()) return kUndefined;
  const auto d = deviations(values);
  return dot(d, d) / static_cast<double>(values.size());
}

double t_half_width(const std::vector<double>& values, double confidence) {
  if (values.size() < 2) return kUndefined;
  const auto n = static_cast<double>(values.size());
  return t_critical(confidence, n - 1) * sample_sd(values) / std::sqrt(n);
}

Interval t_interval(const std::vector<double>& values, double confidence) {
  const auto centre = mean(values), half = t_half_width(values, confidence);
  return {centre - half, centre + half};
}

Summary summarize(const std::vector<double>& values, double confidence) {
  return {values.size(), mean(values), sample_sd(values), t_half_width(values, confidence)};
}

}  // namespace kdbench::stats
