#include <kdbench/stats/maps/tsne.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/maps/principal.h>
#include <kdbench/stats/random_index.h>

#include <algorithm>
#include <cmath>

namespace kdbench::stats {
namespace {

constexpr double kStartDeviation = 1e-4, kMinLearningRate = 50, kMinGain = 0.01;
constexpr double kGainStep = 0.2, kGainDecay = 0.8, kEarlyMomentum = 0.5, kMomentum = 0.8;

/// The two parts of the gradient, and the sum that turns weights into Q.
struct Forces {
  std::vector<double> attraction, repulsion;  // [n, 2]
  double weight_sum = 0;                      // of w_ij = 1 / (1 + |y_i - y_j|^2) over i != j
};

/// One pass over all pairs: attraction sums P w (y_i - y_j), repulsion sums w^2 (y_i - y_j).
void compute_forces(const std::vector<double>& joint, const PointSet& map, Forces& f) {
  const auto n = map.count;
  const double* y = map.values.data();
  f.attraction.assign(2 * n, 0.0);
  f.repulsion.assign(2 * n, 0.0);
  f.weight_sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double* p = joint.data() + i * n;
    const double yi0 = y[2 * i], yi1 = y[2 * i + 1];
    double a0 = 0, a1 = 0, r0 = 0, r1 = 0, sum = 0;
    for (std::size_t j = i + 1; j < n; ++j) {
      const double d0 = yi0 - y[2 * j], d1 = yi1 - y[2 * j + 1];
      const double w = 1 / (1 + d0 * d0 + d1 * d1);
      const double a = p[j] * w, r = w * w;
      sum += w;
      a0 += a * d0, a1 += a * d1, r0 += r * d0, r1 += r * d1;
      f.attraction[2 * j] -= a * d0, f.attraction[2 * j + 1] -= a * d1;
      f.repulsion[2 * j] -= r * d0, f.repulsion[2 * j + 1] -= r * d1;
    }
    f.attraction[2 * i] += a0, f.attraction[2 * i + 1] += a1;
    f.repulsion[2 * i] += r0, f.repulsion[2 * i + 1] += r1;
    f.weight_sum += 2 * sum;
  }
}

double gradient_at(const Forces& f, std::size_t k, double exaggeration) {
  return 4 * (exaggeration * f.attraction[k] - f.repulsion[k] / f.weight_sum);
}

double deviation(const PointSet& map, std::size_t column) {
  double squares = 0;
  for (std::size_t i = 0; i < map.count; ++i) squares += map.point(i)[column] * map.point(i)[column];
  return std::sqrt(squares / static_cast<double>(map.count));
}

/// A column without spread is filled from the seed: on a line, the map could never leave it.
PointSet start_map(const PointSet& points, const TsneOptions& options) {
  PointSet map{points.count, 2, std::vector<double>(2 * points.count, 0.0)};
  if (options.start == TsneStart::kPrincipal) map = principal_plane(points);
  const double first = deviation(map, 0);
  RandomIndex random(options.seed);
  for (std::size_t column = 0; column < 2; ++column) {
    const bool is_flat = !(deviation(map, column) > 0);
    for (std::size_t i = 0; i < map.count; ++i) {
      auto& value = map.point(i)[column];
      value = is_flat ? kStartDeviation * random.normal() : value / first * kStartDeviation;
    }
  }
  return map;
}

void centre(PointSet& map) {
  for (std::size_t column = 0; column < 2; ++column) {
    double sum = 0;
    for (std::size_t i = 0; i < map.count; ++i) sum += map.point(i)[column];
    for (std::size_t i = 0; i < map.count; ++i) map.point(i)[column] -= sum / static_cast<double>(map.count);
  }
}

/// Momentum and gain of every coordinate (Jacobs 1988: a gain grows while its gradient keeps its sign).
struct Descent {
  std::vector<double> step, gain;
  double learning_rate;

  void move(PointSet& map, const Forces& forces, double exaggeration, double momentum) {
    for (std::size_t k = 0; k < step.size(); ++k) {
      const double gradient = gradient_at(forces, k, exaggeration);
      const bool goes_on = step[k] * gradient < 0;
      gain[k] = std::max(kMinGain, goes_on ? gain[k] + kGainStep : gain[k] * kGainDecay);
      step[k] = momentum * step[k] - learning_rate * gain[k] * gradient;
      map.values[k] += step[k];
    }
  }
};

}  // namespace

double kl_divergence(const std::vector<double>& joint, const PointSet& map) {
  const auto n = map.count;
  KDBENCH_CHECK(map.dims == 2 && joint.size() == n * n, "P is [n, n] and the map [n, 2]");
  double weight_sum = 0, sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      const double p = joint[i * n + j], scale = 1 + squared_distance(map, i, j);
      weight_sum += 1 / scale;
      if (p > 0) sum += p * std::log(p * scale);
    }
  }
  double mass = 0;
  for (const double p : joint) mass += p;
  return sum + mass * std::log(weight_sum);
}

PointSet kl_gradient(const std::vector<double>& joint, const PointSet& map) {
  KDBENCH_CHECK(map.dims == 2 && joint.size() == map.count * map.count, "P is [n, n] and the map [n, 2]");
  Forces forces;
  compute_forces(joint, map, forces);
  auto gradient = map;
  for (std::size_t k = 0; k < gradient.values.size(); ++k) gradient.values[k] = gradient_at(forces, k, 1);
  return gradient;
}

Tsne tsne(const PointSet& points, const TsneOptions& options) {
  const auto affinities = gaussian_affinities(points, options.perplexity);
  Tsne out{start_map(points, options)};
  const auto size = out.map.values.size();
  const double rate = std::max(static_cast<double>(points.count) / options.exaggeration / 4, kMinLearningRate);
  Descent descent{std::vector<double>(size, 0.0), std::vector<double>(size, 1.0), rate};
  Forces forces;
  for (std::size_t i = 0; i < options.iterations; ++i) {
    const bool early = i < options.exaggerated;
    compute_forces(affinities.joint, out.map, forces);
    descent.move(out.map, forces, early ? options.exaggeration : 1, early ? kEarlyMomentum : kMomentum);
    if (options.on_iteration) options.on_iteration(i + 1);
  }
  centre(out.map);
  out.kl = kl_divergence(affinities.joint, out.map);
  return out;
}

}  // namespace kdbench::stats
