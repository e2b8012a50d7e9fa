/// Exact t-SNE (van der Maaten & Hinton 2008): a map in two dimensions in which near points stay near. O(n^2) time and memory,
/// meant for a few thousand points. The same input gives the same map.
#pragma once
#include <kdbench/stats/maps/affinities.h>
#include <kdbench/stats/maps/point_set.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace kdbench::stats {

/// Returns sum over i != j of P_ij log(P_ij / Q_ij) in nats, where Q_ij is proportional to 1 / (1 + |y_i - y_j|^2).
/// @param joint [n, n] as gaussian_affinities() gives it  @param map [n, 2]
double kl_divergence(const std::vector<double>& joint, const PointSet& map);

/// Returns the gradient of kl_divergence() with respect to the map: [n, 2].
PointSet kl_gradient(const std::vector<double>& joint, const PointSet& map);

enum class TsneStart {
  kPrincipal,  ///< the principal plane, scaled to a deviation of 1e-4 along its first axis
  kRandom,     ///< normal numbers with deviation 1e-4, from the seed
};

struct TsneOptions {
  double perplexity = 30;  ///< in [1, n - 1)
  std::size_t iterations = 1000;
  double exaggeration = 12;       ///< of P during the first `exaggerated` iterations, when clusters find their places
  std::size_t exaggerated = 250;  ///< momentum is 0.5 in these iterations and 0.8 afterwards
  TsneStart start = TsneStart::kPrincipal;
  std::uint64_t seed = 1;
  /// Told after each iteration how many are done; may be empty.
  std::function<void(std::size_t done)> on_iteration = {};
};

struct Tsne {
  PointSet map;   ///< [n, 2], centred
  double kl = 0;  ///< of the map, without exaggeration
};

/// Returns the map. Gradient descent with a gain for each coordinate and the learning rate max(n / exaggeration / 4, 50).
/// Checks that n >= 3 and that the perplexity is in its range.
Tsne tsne(const PointSet& points, const TsneOptions& options = {});

}  // namespace kdbench::stats
