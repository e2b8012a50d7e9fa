/// Points in a space of any dimension: what embeddings and their maps are.
#pragma once
#include <cstddef>
#include <vector>

namespace kdbench::stats {

/// `count` points of `dims` finite numbers each.
struct PointSet {
  std::size_t count = 0, dims = 0;
  std::vector<double> values;  ///< [count, dims], point by point

  const double* point(std::size_t i) const { return values.data() + i * dims; }
  double* point(std::size_t i) { return values.data() + i * dims; }
};

/// Returns the squared Euclidean distance of two points.
double squared_distance(const PointSet& points, std::size_t i, std::size_t j);

/// Returns the squared distances of point i to every point, its own 0 included.
std::vector<double> squared_distances(const PointSet& points, std::size_t i);

}  // namespace kdbench::stats
