/// Pearson, Spearman, distance correlation and Fisher's interval; Kendall is in kendall.cpp, permutations in
/// permutation.cpp.
#include <kdbench/stats/correlation/correlation.h>

#include <kdbench/stats/correlation/coefficients.h>
#include <kdbench/stats/describe/column.h>
#include <kdbench/stats/describe/columns_check.h>
#include <kdbench/stats/distributions.h>

#include <algorithm>
#include <cmath>

namespace kdbench::stats {
namespace {

bool correlatable(const std::vector<double>& x, const std::vector<double>& y) {
  return is_usable(x, y, 3) && !is_constant(x) && !is_constant(y);
}

Correlation with_p(double r, std::size_t count) {
  if (std::isnan(r)) return {};
  const auto df = static_cast<double>(count) - 2;
  return {r, two_sided_t_p(r * std::sqrt(df / ((1 - r) * (1 + r))), df)};
}

/// Mean absolute difference of each value to all values, and of all pairs.
struct Distances {
  explicit Distances(const std::vector<double>& values) : values(values) {
    for (const auto a : values) {
      double sum = 0;
      for (const auto b : values) sum += std::abs(a - b);
      rows.push_back(sum / static_cast<double>(values.size()));
      all += rows.back() / static_cast<double>(values.size());
    }
  }
  /// Doubly centred distance.
  double at(std::size_t i, std::size_t j) const { return std::abs(values[i] - values[j]) - rows[i] - rows[j] + all; }

  const std::vector<double>& values;
  std::vector<double> rows;
  double all = 0;
};

double distance_covariance(const Distances& a, const Distances& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    for (std::size_t j = 0; j < a.rows.size(); ++j) sum += a.at(i, j) * b.at(i, j);
  }
  return sum;
}

}  // namespace

Correlation pearson(const std::vector<double>& x, const std::vector<double>& y) { return with_p(pearson_r(x, y), x.size()); }

Correlation spearman(const std::vector<double>& x, const std::vector<double>& y) { return with_p(spearman_rho(x, y), x.size()); }

double distance_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  if (!correlatable(x, y)) return kUndefined;
  const auto dx = scaled_deviations(x), dy = scaled_deviations(y);
  const Distances a(dx), b(dy);
  const auto scale = std::sqrt(distance_covariance(a, a) * distance_covariance(b, b));
  return std::sqrt(std::clamp(distance_covariance(a, b) / scale, 0.0, 1.0));
}

Interval fisher_interval(double r, std::size_t count, double confidence) {
  if (count < 4 || !(std::abs(r) < 1)) return {};
  const auto half = normal_critical(confidence) / std::sqrt(static_cast<double>(count) - 3);
  return {std::tanh(std::atanh(r) - half), std::tanh(std::atanh(r) + half)};
}

}  // namespace kdbench::stats
