#include <kdbench/stats/comparison/largest_contrast.h>

#include <kdbench/stats/describe/summary.h>
#include <kdbench/stats/distributions.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kdbench::stats {

Interval largest_contrast_interval(const std::vector<std::vector<double>>& contrasts, bool at_least_0, double confidence) {
  if (contrasts.empty() || contrasts.front().size() < 2) return {};
  const auto n = static_cast<double>(contrasts.front().size()), count = static_cast<double>(contrasts.size());
  const auto own = t_critical(confidence, n - 1), of_all = t_critical(1 - (1 - confidence) / count, n - 1);
  Interval out{-std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const auto& contrast : contrasts) {
    const auto centre = mean(contrast), error = sample_sd(contrast) / std::sqrt(n);
    if (std::isnan(centre) || std::isnan(error)) return {};
    out.low = std::max(out.low, centre - of_all * error);
    out.high = std::max(out.high, centre + own * error);
  }
  if (at_least_0) out.low = std::max(out.low, 0.0);
  return out;
}

std::vector<std::vector<double>> spread_contrasts(const std::vector<std::vector<double>>& curves) {
  std::vector<std::vector<double>> out;
  const auto points = curves.empty() ? 0 : curves.front().size();
  for (std::size_t j = 0; j < points; ++j) {
    for (std::size_t k = 0; k < points; ++k) {
      if (j == k) continue;
      auto& contrast = out.emplace_back();
      for (const auto& curve : curves) contrast.push_back(curve[j] - curve[k]);
    }
  }
  return out;
}

std::vector<std::vector<double>> regret_contrasts(const std::vector<std::vector<double>>& curves) {
  std::vector<std::vector<double>> out;
  const auto points = curves.empty() ? 0 : curves.front().size();
  for (std::size_t j = 0; j < points; ++j) {
    auto& contrast = out.emplace_back();
    for (const auto& curve : curves) contrast.push_back(curve[j] - mean(curve));
  }
  return out;
}

}  // namespace kdbench::stats
