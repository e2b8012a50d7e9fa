/// Many methods over many settings: average ranks, whether they differ at all, and by how much two of them
/// must.
#pragma once
#include <kdbench/stats/correlation/ranks.h>
#include <kdbench/stats/interval.h>

#include <cstddef>
#include <vector>

namespace kdbench::stats {

struct FriedmanResult {
  std::vector<std::vector<double>> ranks;  ///< [settings][methods], ties averaged
  std::vector<double> average_ranks;       ///< [methods]
  double chi2 = kUndefined;                ///< corrected for ties
  double chi2_uncorrected = kUndefined;
  double p = kUndefined;  ///< of chi2, with methods - 1 degrees of freedom: for many settings; exact_ranks.h is for few
  double f = kUndefined;  ///< Iman & Davenport's F; infinite where every setting gives the same order
  double f_p = kUndefined;
};

/// Friedman's test. A setting is what repeats independently: seeds of one pair of networks are not. The tests are NaN for fewer
/// than two settings or methods and where every row is one tie; the ranks stand.
/// @param scores [settings][methods], every row of one length. A row with a NaN makes every average and test
/// NaN.
/// @param order which score is rank 1.
FriedmanResult friedman(const std::vector<std::vector<double>>& scores, RankOrder order = RankOrder::kHighestFirst);

/// Returns Nemenyi's critical difference: average ranks of `methods` methods over `settings` settings that
/// differ by less are not told apart at level `alpha`. q(alpha, methods) * sqrt(k (k + 1) / (6 n)) (Demsar
/// 2006); NaN for fewer than two methods or no setting.
double nemenyi_critical_difference(std::size_t methods, std::size_t settings, double alpha = 0.05);

/// Returns q of that formula: the upper `alpha` point of the studentized range of `methods` normal variables,
/// over sqrt(2).
double nemenyi_q(std::size_t methods, double alpha);

}  // namespace kdbench::stats
