/// What the test rows alone do to the difference of two methods: they are a sample, too.
#pragma once
#include <cstdint>
#include <vector>

namespace kdbench::stats {

/// Predicted classes, [seed][row].
using Predictions = std::vector<std::vector<std::int32_t>>;

/// Returns the share of rows that two methods answer alike, mean over seeds; NaN for no seed or no row. Both have the same seeds
/// and rows, which is checked.
double agreement(const Predictions& a, const Predictions& b);

/// Returns an upper bound of the standard error that other test rows give the mean accuracy difference of two methods, seeds as
/// they are. For one seed and known labels it would be sqrt((share of rows that one of them alone answers rightly - difference^2)
/// / rows), McNemar's; without labels a row counts by the class that would set the methods apart most: rows that both answer
/// alike count 0, and so do those where the seeds of both give the same answers in another order. NaN as above.
/// @param difference mean accuracy of a less that of b, as a fraction
double row_error_bound(const Predictions& a, const Predictions& b, double difference);

}  // namespace kdbench::stats
