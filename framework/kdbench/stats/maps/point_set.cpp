#include <kdbench/stats/maps/point_set.h>

namespace kdbench::stats {

double squared_distance(const PointSet& points, std::size_t i, std::size_t j) {
  const double *a = points.point(i), *b = points.point(j);
  double sum = 0;
  for (std::size_t d = 0; d < points.dims; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
  return sum;
}

std::vector<double> squared_distances(const PointSet& points, std::size_t i) {
  std::vector<double> out(points.count);
  for (std::size_t j = 0; j < points.count; ++j) out[j] = squared_distance(points, i, j);
  return out;
}

}  // namespace kdbench::stats
