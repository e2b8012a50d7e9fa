/// Corrections for many tests at once. A NaN among the p values is no test: it stays NaN and does not count.
#pragma once
#include <vector>

namespace kdbench::stats {

/// Returns p values adjusted by Holm's step-down rule, in the order given: reject where one is at most the
/// level.
std::vector<double> holm(const std::vector<double>& p);

/// Returns min(1, m p).
std::vector<double> bonferroni(const std::vector<double>& p);

/// Returns p values adjusted for the false discovery rate (Benjamini & Hochberg 1995).
std::vector<double> benjamini_hochberg(const std::vector<double>& p);

}  // namespace kdbench::stats
