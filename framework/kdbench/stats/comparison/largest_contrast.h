/// The largest of several means, such as the spread of a curve, which is the largest difference of two of its points. Taken from
/// means with noise it is too large, and resampling them adds noise once more; so its interval is made of those of the contrasts.
#pragma once
#include <kdbench/stats/interval.h>

#include <vector>

namespace kdbench::stats {

/// Returns an interval of max_c mean(contrast c) that holds it with `confidence` at least, for contrasts that are normal over
/// units. Upper end: the largest of the contrasts' own upper t bounds, because the true largest lies below its own. Lower end:
/// the largest of their lower t bounds, Bonferroni's for all of them, since any may have been largest by luck; 0 at least where
/// `at_least_0`, for a maximum that is never below it.
/// @param contrasts [contrast][unit], each over the same units (seeds); undefined for fewer than two units or no contrast
Interval largest_contrast_interval(const std::vector<std::vector<double>>& contrasts, bool at_least_0 = true,
                                   double confidence = 0.95);

/// Returns the contrasts whose largest mean is the spread of a curve's means: y_j - y_k for every pair of points, both ways.
/// @param curves [unit][point]
std::vector<std::vector<double>> spread_contrasts(const std::vector<std::vector<double>>& curves);

/// Returns those whose largest mean is best less mean: y_j - mean(y) for every point.
std::vector<std::vector<double>> regret_contrasts(const std::vector<std::vector<double>>& curves);

}  // namespace kdbench::stats
