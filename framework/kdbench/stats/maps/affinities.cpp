/// Bandwidths by bisection, then the symmetric joint distribution.
#include <kdbench/stats/maps/affinities.h>

#include <kdbench/base/check.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kdbench::stats {
namespace {

constexpr double kTolerance = 1e-14;
constexpr int kMaxSteps = 2000;

/// p(. | i) at one beta; returns its entropy. `d2` holds squared distances above the least one, so that the nearest point
/// never underflows.
double conditional(const std::vector<double>& d2, std::size_t self, double beta, std::vector<double>& p) {
  double sum = 0, weighted = 0;
  for (std::size_t j = 0; j < d2.size(); ++j) {
    p[j] = j == self ? 0.0 : std::exp(-beta * d2[j]);
    sum += p[j];
    weighted += p[j] * d2[j];
  }
  for (auto& value : p) value /= sum;
  return std::log(sum) + beta * weighted / sum;
}

/// Fills p with p(. | self) at the beta of the wanted entropy, which falls as beta grows, and returns that beta.
double fit_beta(const std::vector<double>& d2, std::size_t self, double entropy, std::vector<double>& p) {
  double low = 0, high = std::numeric_limits<double>::infinity(), beta = 1;
  for (int step = 0; step < kMaxSteps; ++step) {
    const double excess = conditional(d2, self, beta, p) - entropy;
    if (std::abs(excess) < kTolerance) break;
    (excess > 0 ? low : high) = beta;
    const double next = std::isinf(high) ? beta * 2 : (low + high) / 2;
    if (next == low || next == high || !std::isfinite(next)) break;
    beta = next;
  }
  return beta;
}

std::vector<double> above_least(std::vector<double> d2, std::size_t self) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < d2.size(); ++j) {
    if (j != self) least = std::min(least, d2[j]);
  }
  for (auto& value : d2) value -= least;
  return d2;
}

}  // namespace

Affinities gaussian_affinities(const PointSet& points, double perplexity) {
  const auto n = points.count;
  KDBENCH_CHECK(n >= 3 && perplexity >= 1 && perplexity < static_cast<double>(n - 1), "perplexity is in [1, n - 1)");
  Affinities out{std::vector<double>(n), std::vector<double>(n * n, 0.0)};
  std::vector<double> p(n);
  const double share = 1 / (2 * static_cast<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    out.beta[i] = fit_beta(above_least(squared_distances(points, i), i), i, std::log(perplexity), p);
    for (std::size_t j = 0; j < n; ++j) {
      out.joint[i * n + j] += p[j] * share;
      out.joint[j * n + i] += p[j] * share;
    }
  }
  return out;
}

}  // namespace kdbench::stats
