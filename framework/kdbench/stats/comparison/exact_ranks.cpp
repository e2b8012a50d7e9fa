/// Rank sums are built up setting by setting. Methods are alike, so that sums which differ in their order alone are one state,
/// and states are few where orders are very many.
#include <kdbench/stats/comparison/exact_ranks.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>

namespace kdbench::stats {
namespace {

/// Doubled, a rank is a whole number also where ties share one: sums are exact.
using Sums = std::vector<std::int64_t>;
using Distribution = std::map<Sums, double>;  ///< sorted sums and their probability

/// Additions of a row to a state. 4 methods in 15 settings, or 8 in 2, are within it; 4 in 20, or 8 in 3, are not.
constexpr double kMostSteps = 300'000;

double factorial(std::size_t n) { return n < 2 ? 1.0 : static_cast<double>(n) * factorial(n - 1); }

Sums doubled(const std::vector<double>& ranks) {
  Sums out;
  for (const auto rank : ranks) out.push_back(std::llround(2 * rank));
  return out;
}

/// Adds a setting's ranks in every order that can be told from the others.
Distribution with_row(const Distribution& before, Sums row) {
  std::sort(row.begin(), row.end());
  std::vector<Sums> orders;
  do orders.push_back(row);
  while (std::next_permutation(row.begin(), row.end()));
  Distribution after;
  for (const auto& [sums, probability] : before) {
    for (const auto& order : orders) {
      auto next = sums;
      for (std::size_t i = 0; i < next.size(); ++i) next[i] += order[i];
      std::sort(next.begin(), next.end());
      after[next] += probability / static_cast<double>(orders.size());
    }
  }
  return after;
}

/// Grows with Friedman's chi-square, whose other parts depend on the number of settings and on ties alone.
std::int64_t sum_of_squares(const Sums& sums) {
  std::int64_t out = 0;
  for (const auto sum : sums) out += sum * sum;
  return out;
}

/// The least range of the sums that is reached with a probability of at most alpha; 0 where none is.
std::int64_t critical_range(const Distribution& sums, double alpha) {
  constexpr double kRounding = 1e-12;
  std::map<std::int64_t, double> ranges;
  for (const auto& [state, probability] : sums) ranges[state.back() - state.front()] += probability;
  std::int64_t least = 0;
  double tail = 0;
  for (auto it = ranges.rbegin(); it != ranges.rend(); ++it) {
    tail += it->second;
    if (tail > alpha + kRounding) break;
    least = it->first;
  }
  return least;
}

bool is_usable(const std::vector<std::vector<double>>& ranks) {
  if (ranks.size() < 2 || ranks.front().size() < 2) return false;
  bool differs = false;
  for (const auto& row : ranks) {
    for (const auto rank : row) {
      if (std::isnan(rank)) return false;
      differs = differs || rank != row.front();
    }
  }
  return differs;
}

}  // namespace

std::optional<ExactRanks> exact_ranks(const std::vector<std::vector<double>>& ranks, double alpha) {
  if (!is_usable(ranks)) return std::nullopt;
  const auto methods = ranks.front().size();
  Distribution sums{{Sums(methods, 0), 1.0}};
  Sums found(methods, 0);
  double steps = 0;
  for (const auto& row : ranks) {
    const auto whole = doubled(row);
    for (std::size_t i = 0; i < methods; ++i) found[i] += whole[i];
    steps += static_cast<double>(sums.size()) * factorial(methods);
    if (steps > kMostSteps) return std::nullopt;
    sums = with_row(sums, whole);
  }
  ExactRanks out{.p = 0};
  for (const auto& [state, probability] : sums) {
    if (sum_of_squares(state) >= sum_of_squares(found)) out.p += probability;
  }
  const auto range = critical_range(sums, alpha);
  if (range > 0) out.critical_difference = static_cast<double>(range) / (2 * static_cast<double>(ranks.size()));
  return out;
}

}  // namespace kdbench::stats
