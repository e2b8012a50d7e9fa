/// Friedman's test, Iman and Davenport's F, Nemenyi's critical difference.
#include <kdbench/stats/comparison/friedman.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/comparison/studentized_range.h>
#include <kdbench/stats/distributions.h>

#include <algorithm>
#include <cmath>

namespace kdbench::stats {
namespace {

double tie_share(const std::vector<std::vector<double>>& ranks, double n, double k) {
  double sum = 0;
  for (const auto& row : ranks) {
    for (const auto t : tie_sizes(row)) sum += t * (t * t - 1);
  }
  return sum / (n * k * (k * k - 1));
}

void add_f(FriedmanResult& result, double n, double k) {
  const auto room = n * (k - 1) - result.chi2;
  constexpr double kRounding = 1e-12;
  if (room <= kRounding * n * k) {  // every setting gives the same order
    result.f = std::numeric_limits<double>::infinity();
    result.f_p = 0;
    return;
  }
  result.f = (n - 1) * result.chi2 / room;
  result.f_p = f_tail(result.f, k - 1, (k - 1) * (n - 1));
}

void add_tests(FriedmanResult& result) {
  const auto n = static_cast<double>(result.ranks.size()), k = static_cast<double>(result.average_ranks.size());
  double spread = 0;
  for (const auto rank : result.average_ranks) spread += (rank - (k + 1) / 2) * (rank - (k + 1) / 2);
  if (n < 2 || k < 2 || std::isnan(spread)) return;
  const auto kept = 1 - tie_share(result.ranks, n, k);
  constexpr double kRounding = 1e-12;
  if (kept <= kRounding) return;  // every row is one tie
  result.chi2_uncorrected = 12 * n / (k * (k + 1)) * spread;
  result.chi2 = result.chi2_uncorrected / kept;
  result.p = chi2_tail(result.chi2, k - 1);
  add_f(result, n, k);
}

}  // namespace

FriedmanResult friedman(const std::vector<std::vector<double>>& scores, RankOrder order) {
  FriedmanResult result;
  if (scores.empty()) return result;
  result.average_ranks.assign(scores.front().size(), 0.0);
  for (const auto& row : scores) {
    KDBENCH_CHECK(row.size() == scores.front().size(), "every setting has a score of every method");
    result.ranks.push_back(average_ranks(row, order));
    for (std::size_t i = 0; i < row.size(); ++i) result.average_ranks[i] += result.ranks.back()[i];
  }
  for (auto& rank : result.average_ranks) rank /= static_cast<double>(scores.size());
  add_tests(result);
  return result;
}

double nemenyi_q(std::size_t methods, double alpha) {
  if (methods < 2) return kUndefined;
  return normal_range_quantile(1 - alpha, methods) / std::sqrt(2.0);
}

double nemenyi_critical_difference(std::size_t methods, std::size_t settings, double alpha) {
  if (methods < 2 || settings == 0) return kUndefined;
  const auto k = static_cast<double>(methods), n = static_cast<double>(settings);
  return nemenyi_q(methods, alpha) * std::sqrt(k * (k + 1) / (6 * n));
}

}  // namespace kdbench::stats
