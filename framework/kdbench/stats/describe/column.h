/// The mean of a column of numbers, and sums over columns.
#pragma once
#include <vector>

namespace kdbench::stats {

/// Returns the arithmetic mean; NaN for no value.
double mean(const std::vector<double>& values);

/// Returns value - mean for every value; exact zeros where all values are the same double.
std::vector<double> deviations(const std::vector<double>& values);

/// Returns the deviations of values scaled by a power of two that brings the largest near 1, which no
/// correlation sees: their squares neither overflow nor vanish. The values are finite and not all zero.
std::vector<double> scaled_deviations(std::vector<double> values);

/// Returns the sum of a[i] * b[i].
double dot(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace kdbench::stats
