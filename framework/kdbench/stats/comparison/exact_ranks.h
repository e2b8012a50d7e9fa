/// What Friedman's test says where settings are few: the distribution of rank sums itself, in place of chi-square and of the
/// normal range, which are for many settings.
#pragma once
#include <kdbench/stats/interval.h>

#include <optional>
#include <vector>

namespace kdbench::stats {

/// Of methods that do not differ: in every setting each order of the ranks is as likely as any other.
struct ExactRanks {
  double p = kUndefined;  ///< that rank sums this far apart, or farther, arise
  /// The least difference between the highest and the lowest average rank that arises with a probability of at most alpha; NaN
  /// where even the largest that there can be arises more often.
  double critical_difference = kUndefined;
};

/// Counts every order of the ranks in every setting, ties as they are. Nothing where there are fewer than two settings or
/// methods, where a rank is NaN, where every row is one tie, or where the orders are too many to be counted: the approximations
/// do then.
/// @param ranks [settings][methods], as FriedmanResult has them. @param alpha in (0, 1).
std::optional<ExactRanks> exact_ranks(const std::vector<std::vector<double>>& ranks, double alpha = 0.05);

}  // namespace kdbench::stats
