/// Kendall's tau-b: pairs counted by merge sort (Knight 1966), exact p from the distribution of inversions.
#include <kdbench/stats/correlation/coefficients.h>
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/correlation/ranks.h>
#include <kdbench/stats/describe/columns_check.h>
#include <kdbench/stats/distributions.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kdbench::stats {
namespace {

constexpr std::size_t kMostExactValues = 33;

/// Sorts values[begin, end) and returns how many pairs stood in descending order.
double sort_counting(std::vector<double>& values, std::vector<double>& room, std::size_t begin, std::size_t end) {
  if (end - begin < 2) return 0;
  const auto middle = begin + (end - begin) / 2;
  auto count = sort_counting(values, room, begin, middle) + sort_counting(values, room, middle, end);
  auto left = begin, right = middle;
  for (auto out = begin; out < end; ++out) {
    if (right == end || (left < middle && values[left] <= values[right])) {
      room[out] = values[left++];
    } else {
      room[out] = values[right++];
      count += static_cast<double>(middle - left);
    }
  }
  std::copy(room.begin() + static_cast<std::ptrdiff_t>(begin), room.begin() + static_cast<std::ptrdiff_t>(end),
            values.begin() + static_cast<std::ptrdiff_t>(begin));
  return count;
}

double pairs_of(double size) { return size * (size - 1) / 2; }

double tied_pairs(const std::vector<double>& values) {
  double pairs = 0;
  for (const auto size : tie_sizes(values)) pairs += pairs_of(size);
  return pairs;
}

/// What ties in one column take from the variance.
struct Ties {
  double triples = 0, weight = 0;

  explicit Ties(const std::vector<double>& values) {
    for (const auto size : tie_sizes(values)) {
      triples += size * (size - 1) * (size - 2);
      weight += size * (size - 1) * (2 * size + 5);
    }
  }
};

double normal_p(const KendallCounts& counts, const std::vector<double>& x, const std::vector<double>& y) {
  const Ties ties_x(x), ties_y(y);
  const auto n = static_cast<double>(x.size()), ordered = n * (n - 1);
  const auto variance = (ordered * (2 * n + 5) - ties_x.weight - ties_y.weight) / 18 +
                        2 * counts.tied_x * counts.tied_y / ordered + ties_x.triples * ties_y.triples / (9 * ordered * (n - 2));
  return two_sided_normal_p(counts.concordant_minus_discordant() / std::sqrt(variance));
}

/// Twice the chance that a random order of n values has at most `most` inversions.
double exact_p(std::size_t n, std::size_t most) {
  std::vector<double> chance(most + 1, 0.0);
  chance[0] = 1;
  for (std::size_t size = 2; size <= n; ++size) {  // the new value adds 0 .. size - 1 inversions
    for (auto i = most + 1; i-- > 0;) {
      double sum = 0;
      for (std::size_t added = 0; added < size && added <= i; ++added) sum += chance[i - added];
      chance[i] = sum / static_cast<double>(size);
    }
  }
  return std::min(1.0, 2 * std::accumulate(chance.begin(), chance.end(), 0.0));
}

}  // namespace

double KendallCounts::tau_b() const {
  const auto scale = std::sqrt(pairs - tied_x) * std::sqrt(pairs - tied_y);
  return scale > 0 ? std::clamp(concordant_minus_discordant() / scale, -1.0, 1.0) : kUndefined;
}

KendallCounts count_pairs(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = x.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] != x[b] ? x[a] < x[b] : y[a] < y[b]; });
  std::vector<double> sorted(n), room(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = y[order[i]];
  KendallCounts counts{pairs_of(static_cast<double>(n)), 0, tied_pairs(x), tied_pairs(y), 0};
  for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
    while (end < n && x[order[end]] == x[order[begin]] && sorted[end] == sorted[begin]) ++end;
    counts.tied_both += pairs_of(static_cast<double>(end - begin));
  }
  counts.discordant = sort_counting(sorted, room, 0, n);
  return counts;
}

double kendall_tau_b(const std::vector<double>& x, const std::vector<double>& y) {
  return is_usable(x, y, 3) && !is_constant(x) && !is_constant(y) ? count_pairs(x, y).tau_b() : kUndefined;
}

Correlation kendall(const std::vector<double>& x, const std::vector<double>& y, KendallP method) {
  if (!is_usable(x, y, 3) || is_constant(x) || is_constant(y)) return {};
  const auto counts = count_pairs(x, y);
  const auto few = std::min(counts.discordant, counts.pairs - counts.discordant);
  const bool tied = counts.tied_x > 0 || counts.tied_y > 0;
  const bool exact = method == KendallP::kAuto && !tied && (x.size() <= kMostExactValues || few <= 1);
  return {counts.tau_b(), exact ? exact_p(x.size(), static_cast<std::size_t>(few)) : normal_p(counts, x, y)};
}

}  // namespace kdbench::stats
