/// The permutation test of Spearman's rho.
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/correlation/ranks.h>
#include <kdbench/stats/describe/column.h>
#include <kdbench/stats/describe/columns_check.h>
#include <kdbench/stats/random_index.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace kdbench::stats {
namespace {

constexpr std::size_t kMostValuesInAllOrders = 8;  // 8! = 40320 orders

/// Ranks less their mean are multiples of 1/2 and their products of 1/4: the sums are exact and compare
/// without a tolerance.
class RankTest {
 public:
  RankTest(const std::vector<double>& x, const std::vector<double>& y)
      : x_(centred(x)), y_(centred(y)), observed_(std::abs(dot(x_, y_))), order_(x.size()) {
    std::iota(order_.begin(), order_.end(), 0);
  }

  double over_all_orders() {
    std::size_t hits = 0, orders = 0;
    do {
      ++orders;
      hits += hit();
    } while (std::next_permutation(order_.begin(), order_.end()));
    return static_cast<double>(hits) / static_cast<double>(orders);
  }

  double over_random_orders(std::size_t samples, std::uint64_t seed) {
    RandomIndex random(seed);
    std::size_t hits = 0;
    for (std::size_t sample = 0; sample < samples; ++sample) {
      for (auto i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random.below(i)]);
      hits += hit();
    }
    return static_cast<double>(hits + 1) / static_cast<double>(samples + 1);
  }

 private:
  static std::vector<double> centred(const std::vector<double>& values) {
    auto ranks = average_ranks(values);
    for (auto& rank : ranks) rank -= static_cast<double>(values.size() + 1) / 2;
    return ranks;
  }

  bool hit() const {
    double sum = 0;
    for (std::size_t i = 0; i < order_.size(); ++i) sum += x_[i] * y_[order_[i]];
    return std::abs(sum) >= observed_;
  }

  std::vector<double> x_, y_;
  double observed_;
  std::vector<std::size_t> order_;
};

}  // namespace

double spearman_permutation_p(const std::vector<double>& x, const std::vector<double>& y, std::size_t samples,
                              std::uint64_t seed) {
  if (!is_usable(x, y, 3) || is_constant(x) || is_constant(y)) return kUndefined;
  RankTest test(x, y);
  return x.size() <= kMostValuesInAllOrders ? test.over_all_orders() : test.over_random_orders(samples, seed);
}

}  // namespace kdbench::stats
