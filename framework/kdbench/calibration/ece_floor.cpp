#include <kdbench/calibration/ece_floor.h>

#include <kdbench/base/hash.h>
#include <kdbench/base/seeds.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace kdbench::inline calibration {
namespace {

constexpr double kNegligible = 1e-20;

/// How many rows of a bin are right, as a distribution: weights_[k] is the probability of first_ + k.
class HitCounts {
 public:
  /// One more row, right with probability p.
  void add(double p) {
    confidence_ += p;
    next_.resize(weights_.size() + 1);
    next_.front() = weights_.front() * (1 - p);
    for (std::size_t k = 1; k < weights_.size(); ++k) next_[k] = weights_[k] * (1 - p) + weights_[k - 1] * p;
    next_.back() = weights_.back() * p;
    weights_.swap(next_);
    trim();
  }

  double gap_at(std::size_t k) const { return std::abs(static_cast<double>(first_ + k) - confidence_); }

  double expected_gap() const {
    double out = 0;
    for (std::size_t k = 0; k < weights_.size(); ++k) out += weights_[k] * gap_at(k);
    return out;
  }

  /// Makes drawn_gap() possible.
  void accumulate() {
    sums_.clear();
    double sum = 0;
    for (const double weight : weights_) sums_.push_back(sum += weight);
  }
  /// The gap of the count at which the distribution reaches u in (0, 1).
  double drawn_gap(double u) const {
    const auto at = std::upper_bound(sums_.begin(), sums_.end() - 1, u * sums_.back());
    return gap_at(static_cast<std::size_t>(at - sums_.begin()));
  }

 private:
  /// Without it the work would grow with the square of the rows.
  void trim() {
    while (weights_.size() > 1 && weights_.back() < kNegligible) weights_.pop_back();
    std::size_t low = 0;
    while (low + 1 < weights_.size() && weights_[low] < kNegligible) ++low;
    weights_.erase(weights_.begin(), weights_.begin() + static_cast<std::ptrdiff_t>(low));
    first_ += low;
  }

  std::size_t first_ = 0;
  double confidence_ = 0;  ///< sum
  std::vector<double> weights_{1.0}, next_, sums_;
};

std::vector<HitCounts> hit_counts(std::span<const ConfidenceHit> samples, const EqualWidthBins& bins) {
  std::vector<HitCounts> by_bin(static_cast<std::size_t>(bins.count()));
  std::vector<bool> filled(by_bin.size());
  for (const auto& sample : samples) {
    const auto bin = static_cast<std::size_t>(bins.index(sample.confidence));
    by_bin[bin].add(sample.confidence);
    filled[bin] = true;
  }
  std::vector<HitCounts> out;
  for (std::size_t bin = 0; bin < by_bin.size(); ++bin) {
    if (filled[bin]) out.push_back(std::move(by_bin[bin]));
  }
  return out;
}

/// The mean of |x| for x from N(mean, deviation^2).
double mean_absolute(double mean, double deviation) {
  if (deviation == 0) return std::abs(mean);
  const double ratio = std::abs(mean) / (deviation * std::sqrt(2.0));
  return deviation * std::sqrt(2 / std::acos(-1.0)) * std::exp(-ratio * ratio) + std::abs(mean) * std::erf(ratio);
}

}  // namespace

EceFloor ece_floor(std::span<const ConfidenceHit> samples, const EqualWidthBins& bins) {
  auto counts = hit_counts(samples, bins);
  const auto n = static_cast<double>(samples.size());
  EceFloor out;
  for (auto& bin : counts) {
    out.expected += bin.expected_gap() / n;
    bin.accumulate();
  }
  std::array<double, kFloorResamples> drawn{};
  std::uint64_t state = seed_for(0, "ece floor");
  for (auto& ece : drawn) {
    for (const auto& bin : counts) ece += bin.drawn_gap((static_cast<double>(mix64(state++) >> 11) + 0.5) * 0x1p-53) / n;
  }
  constexpr std::size_t kAt = kFloorResamples * 95 / 100 - 1;
  std::nth_element(drawn.begin(), drawn.begin() + kAt, drawn.end());
  out.quantile95 = drawn[kAt];
  return out;
}

double debiased_ece(const std::vector<BinTally>& tallies, std::int64_t n) {
  double ece = 0, drawn_anew = 0;
  for (const auto& bin : tallies) {
    if (bin.count == 0) continue;
    const auto count = static_cast<double>(bin.count);
    const double weight = count / static_cast<double>(n), accuracy = static_cast<double>(bin.hits) / count;
    ece += weight * std::abs(bin.signed_gap());
    drawn_anew += weight * mean_absolute(bin.signed_gap(), std::sqrt(accuracy * (1 - accuracy) / count));
  }
  return std::max(0.0, 2 * ece - drawn_anew);
}

}  // namespace kdbench::inline calibration
