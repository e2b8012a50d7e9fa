#include <kdbench/stats/maps/neighbours.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/interval.h>

#include <algorithm>
#include <map>

namespace kdbench::stats {
namespace {

/// The other points, nearest first; at least the first k are in order.
std::vector<std::size_t> nearest_first(const PointSet& points, std::size_t self, std::size_t k) {
  const auto d2 = squared_distances(points, self);
  std::vector<std::size_t> order;
  for (std::size_t j = 0; j < points.count; ++j) {
    if (j != self) order.push_back(j);
  }
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                    [&](std::size_t a, std::size_t b) { return d2[a] != d2[b] ? d2[a] < d2[b] : a < b; });
  return order;
}

std::int64_t commonest(const std::vector<std::int64_t>& labels, const std::vector<std::size_t>& order, std::size_t k) {
  std::map<std::int64_t, std::size_t> votes;
  for (std::size_t r = 0; r < k; ++r) ++votes[labels[order[r]]];
  return std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first;
}

}  // namespace

double trustworthiness(const PointSet& points, const PointSet& map, std::size_t k) {
  KDBENCH_CHECK(points.count == map.count, "a map has as many points as what it maps");
  const auto n = points.count;
  if (k < 1 || 2 * k >= n) return kUndefined;
  std::vector<std::size_t> rank(n);
  double penalty = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto order = nearest_first(points, i, n - 1);
    for (std::size_t r = 0; r < order.size(); ++r) rank[order[r]] = r + 1;
    const auto near = nearest_first(map, i, k);
    for (std::size_t r = 0; r < k; ++r) penalty += rank[near[r]] > k ? static_cast<double>(rank[near[r]] - k) : 0;
  }
  const auto size = static_cast<double>(n), count = static_cast<double>(k);
  return 1 - 2 / (size * count * (2 * size - 3 * count - 1)) * penalty;
}

double neighbour_accuracy(const PointSet& map, const std::vector<std::int64_t>& labels, std::size_t k) {
  KDBENCH_CHECK(labels.size() == map.count, "every point has a label");
  if (k < 1 || k >= map.count) return kUndefined;
  std::size_t right = 0;
  for (std::size_t i = 0; i < map.count; ++i) right += commonest(labels, nearest_first(map, i, k), k) == labels[i];
  return static_cast<double>(right) / static_cast<double>(map.count);
}

}  // namespace kdbench::stats
