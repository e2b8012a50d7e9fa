/// What the statistics return. One rule for the whole layer: what has no value is NaN, never a number that
/// looks like one.
#pragma once
#include <cmath>
#include <limits>

namespace kdbench::stats {

/// Stands for "there is no such number": too few values, a constant column, a NaN or infinity among the
/// values. Print "n/a".
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Bounds of an interval, in the unit of the statistic; both NaN where there is none (one run has no
/// interval).
struct Interval {
  double low = kUndefined, high = kUndefined;

  bool defined() const { return !std::isnan(low) && !std::isnan(high); }
};

}  // namespace kdbench::stats
