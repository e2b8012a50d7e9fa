/// Two methods measured in the same settings (seed, data set): the difference a[i] - b[i] and its tests.
#pragma once
#include <kdbench/stats/interval.h>

#include <cstddef>
#include <vector>

namespace kdbench::stats {

/// The mean difference with its t interval, and the paired t test.
struct PairedDifference {
  std::size_t count = 0;
  double mean = kUndefined;  ///< of a - b
  double sd = kUndefined;    ///< of a - b, divisor n - 1; NaN for one pair
  Interval interval;         ///< undefined for one pair
  double t = kUndefined,
         p = kUndefined;  ///< NaN for one pair, and where every pair differs by the same amount (up to rounding)
};

/// Compares two columns of one length.
PairedDifference paired_difference(const std::vector<double>& a, const std::vector<double>& b, double confidence = 0.95);

/// Returns a[i] - b[i], rounded so that differences which are equal on paper are equal as doubles, and those of equal numbers
/// 0: to 1e-12 of the largest size in both columns.
std::vector<double> rounded_differences(const std::vector<double>& a, const std::vector<double>& b);

/// What becomes of pairs without a difference.
enum class Zeros {
  kDrop,   ///< left out before ranking (Wilcoxon)
  kRank,   ///< ranked, then left out (Pratt)
  kSplit,  ///< ranked, and half of their ranks given to each side
};

enum class WilcoxonP {
  kAuto,             ///< kExact for up to 50 pairs, else kNormal
  kExact,            ///< over all choices of sign of the pairs that differ, with their ranks as they tie
  kNormal,           ///< corrected for ties
  kNormalCorrected,  ///< and for continuity
};

struct WilcoxonResult {
  double plus = kUndefined, minus = kUndefined;  ///< rank sums of the positive and the negative differences
  double statistic = kUndefined;                 ///< the smaller of them
  double p = kUndefined;                         ///< two-sided
  std::size_t nonzero = 0;                       ///< pairs that differ
  bool ties = false;                             ///< among |differences| of the pairs that differ
};

/// Wilcoxon's signed rank test. Differences tie when they are equal as doubles; rounded_differences() makes those tie that are
/// equal on paper. No pair, no pair that differs, a NaN: statistic and p are NaN.
WilcoxonResult wilcoxon(const std::vector<double>& a, const std::vector<double>& b, Zeros zeros = Zeros::kDrop,
                        WilcoxonP method = WilcoxonP::kAuto);

}  // namespace kdbench::stats
