/// Average ranks and sizes of ties.
#include <kdbench/stats/correlation/ranks.h>

#include <kdbench/stats/interval.h>

#include <algorithm>
#include <numeric>

namespace kdbench::stats {
namespace {

bool has_nan(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
}

/// Returns the end of the run of equal values that starts at `begin`.
template <class Equal>
std::size_t run_end(std::size_t begin, std::size_t size, const Equal& equal) {
  auto end = begin + 1;
  while (end < size && equal(begin, end)) ++end;
  return end;
}

}  // namespace

std::vector<double> average_ranks(const std::vector<double>& values, RankOrder order) {
  const auto n = values.size();
  std::vector<double> ranks(n, kUndefined);
  if (has_nan(values)) return ranks;
  std::vector<std::size_t> sorted(n);
  std::iota(sorted.begin(), sorted.end(), 0);
  std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    return order == RankOrder::kLowestFirst ? values[a] < values[b] : values[a] > values[b];
  });
  const auto equal = [&](std::size_t a, std::size_t b) { return values[sorted[a]] == values[sorted[b]]; };
  for (std::size_t begin = 0; begin < n;) {
    const auto end = run_end(begin, n, equal);
    const auto shared = static_cast<double>(begin + 1 + end) / 2;
    for (auto i = begin; i < end; ++i) ranks[sorted[i]] = shared;
    begin = end;
  }
  return ranks;
}

std::vector<double> tie_sizes(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto equal = [&](std::size_t a, std::size_t b) { return values[a] == values[b]; };
  std::vector<double> sizes;
  for (std::size_t begin = 0; begin < values.size();) {
    const auto end = run_end(begin, values.size(), equal);
    if (end - begin > 1) sizes.push_back(static_cast<double>(end - begin));
    begin = end;
  }
  return sizes;
}

}  // namespace kdbench::stats
