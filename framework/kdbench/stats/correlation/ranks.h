/// Ranks, where equal values share the average of the places they take.
#pragma once
#include <vector>

namespace kdbench::stats {

enum class RankOrder {
  kLowestFirst,   ///< rank 1 is the smallest value
  kHighestFirst,  ///< rank 1 is the largest value
};

/// Returns the ranks 1..n of the values, ties averaged: {0.7, 0.7, 0.6} has ranks {2.5, 2.5, 1}. Values tie
/// when they are equal as doubles. All ranks are NaN if any value is NaN.
std::vector<double> average_ranks(const std::vector<double>& values, RankOrder order = RankOrder::kLowestFirst);

/// Returns the sizes of the groups of equal values, groups of one left out, in ascending order of the value.
/// No NaN among them.
std::vector<double> tie_sizes(std::vector<double> values);

}  // namespace kdbench::stats
