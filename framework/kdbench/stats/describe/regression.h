/// A straight line through points, by least squares.
#pragma once
#include <kdbench/stats/interval.h>

#include <vector>

namespace kdbench::stats {

/// y = intercept + slope * x.
struct Line {
  double slope = kUndefined, intercept = kUndefined;
  double slope_error = kUndefined, intercept_error = kUndefined;  ///< standard errors
  double p = kUndefined;                                          ///< two-sided, of slope 0; 1 for a constant y
  Interval slope_interval, intercept_interval;                    ///< t with n - 2 degrees of freedom
};

/// Fits the line. A constant x, fewer than two points, a NaN or an infinity: everything is NaN. Two points: a
/// line without errors, p and intervals.
Line fit_line(const std::vector<double>& x, const std::vector<double>& y, double confidence = 0.95);

}  // namespace kdbench::stats
