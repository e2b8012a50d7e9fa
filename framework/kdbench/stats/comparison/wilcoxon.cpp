/// Wilcoxon's signed rank test.
#include <kdbench/base/check.h>
#include <kdbench/stats/comparison/paired.h>
#include <kdbench/stats/correlation/ranks.h>
#include <kdbench/stats/describe/columns_check.h>
#include <kdbench/stats/distributions.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kdbench::stats {
namespace {

constexpr std::size_t kLargestExact = 50;

/// The differences that are ranked, and the ranks of their sizes.
struct Signed {
  std::vector<double> difference, size, rank;
  double zeros = 0;  ///< among the ranked differences

  Signed(std::vector<double> differences, bool drop_zeros) : difference(std::move(differences)) {
    if (drop_zeros) std::erase(difference, 0.0);
    for (const auto d : difference) size.push_back(std::abs(d));
    rank = average_ranks(size);
    zeros = static_cast<double>(std::count(difference.begin(), difference.end(), 0.0));
  }

  template <class Keep>
  double sum_where(const Keep& keep) const {
    double sum = 0;
    for (std::size_t i = 0; i < rank.size(); ++i) sum += keep(difference[i]) ? rank[i] : 0.0;
    return sum;
  }
};

/// Under no effect every choice of signs of the pairs that differ is equally likely: twice the chance of a rank sum of at most
/// `w`. Ranks are counted in halves, which those of ties may be.
double exact_p(const Signed& ranked, double w) {
  const auto halves = [](double value) { return static_cast<std::size_t>(std::lround(2 * value)); };
  const auto most = halves(w);
  std::vector<double> chance(most + 1, 0.0);
  chance[0] = 1;
  for (std::size_t i = 0; i < ranked.rank.size(); ++i) {
    if (ranked.difference[i] == 0) continue;
    const auto rank = halves(ranked.rank[i]);
    for (auto sum = most + 1; sum-- > 0;) chance[sum] = (chance[sum] + (sum >= rank ? chance[sum - rank] : 0)) / 2;
  }
  return std::min(1.0, 2 * std::accumulate(chance.begin(), chance.end(), 0.0));
}

double cubic(double n) { return n * (n + 1) * (2 * n + 1); }

double normal_p(const Signed& ranked, Zeros zeros, double w, bool continuity) {
  const auto n = static_cast<double>(ranked.rank.size());
  auto middle = n * (n + 1) / 4, variance = cubic(n);
  auto sizes = ranked.size;
  if (zeros == Zeros::kRank) {  // Cureton (1967): the zeros took the lowest ranks and gave them to nobody
    middle -= ranked.zeros * (ranked.zeros + 1) / 4;
    variance -= cubic(ranked.zeros);
    std::erase(sizes, 0.0);
  }
  for (const auto t : tie_sizes(sizes)) variance -= t * (t * t - 1) / 2;
  const auto away = w - middle;
  const auto step = continuity && away != 0 ? std::copysign(0.5, away) : 0.0;
  return two_sided_normal_p((away - step) / std::sqrt(variance / 24));
}

}  // namespace

WilcoxonResult wilcoxon(const std::vector<double>& a, const std::vector<double>& b, Zeros zeros, WilcoxonP method) {
  KDBENCH_CHECK(a.size() == b.size(), "paired columns have one length");
  std::vector<double> difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  WilcoxonResult out;
  if (a.empty() || !all_finite(difference)) return out;
  const Signed differing(difference, true);
  out.nonzero = differing.difference.size();
  out.ties = !tie_sizes(differing.size).empty();
  const Signed ranked(difference, zeros == Zeros::kDrop);
  const auto half = zeros == Zeros::kSplit ? ranked.sum_where([](double d) { return d == 0; }) / 2 : 0.0;
  out.plus = ranked.sum_where([](double d) { return d > 0; }) + half;
  out.minus = ranked.sum_where([](double d) { return d < 0; }) + half;
  if (out.nonzero == 0) return out;
  out.statistic = std::min(out.plus, out.minus);
  const bool small = method == WilcoxonP::kExact || (method == WilcoxonP::kAuto && a.size() <= kLargestExact);
  out.p = small ? exact_p(ranked, out.statistic - half)
                : normal_p(ranked, zeros, out.statistic, method == WilcoxonP::kNormalCorrected);
  return out;
}

}  // namespace kdbench::stats
