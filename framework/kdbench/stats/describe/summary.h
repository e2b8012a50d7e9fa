/// Spread and the t interval of a mean over runs; the mean itself comes with column.h.
#pragma once
#include <kdbench/stats/describe/column.h>
#include <kdbench/stats/interval.h>

#include <cstddef>
#include <vector>

namespace kdbench::stats {

/// Returns the sample standard deviation (divisor n - 1, two passes); NaN for fewer than two values.
double sample_sd(const std::vector<double>& values);

/// Returns the population variance (divisor n), in squared units; 0 for one value, NaN for none.
double population_variance(const std::vector<double>& values);

/// Returns half the width of the two-sided t interval of the mean, t(n - 1) * sd / sqrt(n); NaN for fewer
/// than two values.
/// @param confidence in (0, 1).
double t_half_width(const std::vector<double>& values, double confidence = 0.95);

/// Returns mean -+ t_half_width(); undefined for fewer than two values.
Interval t_interval(const std::vector<double>& values, double confidence = 0.95);

/// What a board prints of one cell. With one value: the mean alone, sd and half width NaN.
struct Summary {
  std::size_t count = 0;
  double mean = kUndefined, sd = kUndefined;
  double half_width = kUndefined;  ///< of the t interval of the mean
};

Summary summarize(const std::vector<double>& values, double confidence = 0.95);

}  // namespace kdbench::stats
