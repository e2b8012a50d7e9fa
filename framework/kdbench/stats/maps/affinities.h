/// How near points are to each other as probabilities: what t-SNE wants its map to keep.
#pragma once
#include <kdbench/stats/maps/point_set.h>

#include <vector>

namespace kdbench::stats {

struct Affinities {
  std::vector<double> beta;   ///< [n]: precision of each point's Gaussian; p(j | i) is proportional to exp(-beta_i |x_i - x_j|^2)
  std::vector<double> joint;  ///< [n, n]: (p(j | i) + p(i | j)) / (2 n); symmetric, zero diagonal, sum 1
};

/// Returns the affinities of van der Maaten & Hinton (2008). Each beta is found by bisection, so that the entropy of p(. | i) is
/// log(perplexity) to 1e-14 in nats, or as near as doubles allow: among more than `perplexity` equal points no beta reaches it.
/// @param perplexity effective number of neighbours, in [1, n - 1); n >= 3. Both are checked.
Affinities gaussian_affinities(const PointSet& points, double perplexity);

}  // namespace kdbench::stats
