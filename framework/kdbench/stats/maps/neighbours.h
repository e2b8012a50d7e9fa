/// How good a map is, as a number: does it keep neighbours, does it keep classes apart?
#pragma once
#include <kdbench/stats/maps/point_set.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kdbench::stats {

/// Returns the trustworthiness of Venna & Kaski (2001), in [0, 1]: 1 - 2 / (n k (2 n - 3 k - 1)) times the sum, over every
/// point i and every j among its k nearest in `map` but not in `points`, of rank(j) - k, where rank is j's place among i's
/// neighbours in `points` (1: nearest). Of equal distances the smaller index is nearer. NaN unless 1 <= k < n / 2.
double trustworthiness(const PointSet& points, const PointSet& map, std::size_t k);

/// Returns the share of points whose label is the commonest among their k nearest others (of equally common labels the smallest):
/// leave-one-out k-NN accuracy. NaN unless 1 <= k < n.
double neighbour_accuracy(const PointSet& map, const std::vector<std::int64_t>& labels, std::size_t k);

}  // namespace kdbench::stats
