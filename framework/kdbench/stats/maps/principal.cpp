#include <kdbench/stats/maps/principal.h>

#include <kdbench/stats/describe/column.h>

#include <algorithm>
#include <cmath>

namespace kdbench::stats {
namespace {

constexpr int kMaxRounds = 500;
constexpr double kConverged = 1e-12;  // squared change of the unit direction

PointSet centred(PointSet points) {
  for (std::size_t d = 0; d < points.dims; ++d) {
    double sum = 0;
    for (std::size_t i = 0; i < points.count; ++i) sum += points.point(i)[d];
    const double mean = sum / static_cast<double>(points.count);
    for (std::size_t i = 0; i < points.count; ++i) points.point(i)[d] -= mean;
  }
  return points;
}

std::vector<double> scores(const PointSet& points, const std::vector<double>& direction) {
  std::vector<double> out(points.count, 0.0);
  for (std::size_t i = 0; i < points.count; ++i) {
    for (std::size_t d = 0; d < points.dims; ++d) out[i] += points.point(i)[d] * direction[d];
  }
  return out;
}

/// The covariance times a direction, up to a factor.
std::vector<double> spread(const PointSet& points, const std::vector<double>& direction) {
  const auto along = scores(points, direction);
  std::vector<double> out(points.dims, 0.0);
  for (std::size_t i = 0; i < points.count; ++i) {
    for (std::size_t d = 0; d < points.dims; ++d) out[d] += along[i] * points.point(i)[d];
  }
  return out;
}

void remove_part_along(const std::vector<double>& other, std::vector<double>& direction) {
  if (other.empty()) return;
  const double part = dot(direction, other);
  for (std::size_t d = 0; d < direction.size(); ++d) direction[d] -= part * other[d];
}

/// Scales to length 1; false where there is no length to speak of.
bool normalise(std::vector<double>& direction, double least) {
  const double length = std::sqrt(dot(direction, direction));
  if (!(length > least)) return false;
  for (auto& value : direction) value /= length;
  return true;
}

/// Numbers without any pattern that data could be orthogonal to; the same on every machine.
std::vector<double> start(std::size_t dims) {
  std::vector<double> out(dims);
  double value = 0.5;
  for (auto& x : out) {
    value = std::fmod(value + 0.6180339887498949, 1.0);
    x = value + 0.1;
  }
  return out;
}

/// The axis of most spread that is orthogonal to `other`; empty if there is none.
std::vector<double> principal_axis(const PointSet& points, const std::vector<double>& other) {
  auto axis = start(points.dims);
  remove_part_along(other, axis);
  if (!normalise(axis, 1e-12)) return {};
  double scale = 0;
  for (const double value : points.values) scale = std::max(scale, std::abs(value));
  const double least = 1e-12 * scale * scale;
  for (int round = 0; round < kMaxRounds; ++round) {
    auto next = spread(points, axis);
    remove_part_along(other, next);
    if (!normalise(next, least)) return {};
    double change = 0;
    for (std::size_t d = 0; d < next.size(); ++d) change += (next[d] - axis[d]) * (next[d] - axis[d]);
    axis = std::move(next);
    if (change < kConverged) break;
  }
  const auto largest = std::max_element(axis.begin(), axis.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  if (*largest < 0) std::transform(axis.begin(), axis.end(), axis.begin(), [](double v) { return -v; });
  return axis;
}

}  // namespace

PointSet principal_plane(const PointSet& points) {
  PointSet out{points.count, 2, std::vector<double>(2 * points.count, 0.0)};
  if (points.count == 0 || points.dims == 0) return out;
  const auto data = centred(points);
  const auto first = principal_axis(data, {});
  const auto second = first.empty() ? first : principal_axis(data, first);
  std::size_t column = 0;
  for (const auto& axis : {first, second}) {
    const auto along = axis.empty() ? std::vector<double>(points.count, 0.0) : scores(data, axis);
    for (std::size_t i = 0; i < points.count; ++i) out.point(i)[column] = along[i];
    ++column;
  }
  return out;
}

}  // namespace kdbench::stats
