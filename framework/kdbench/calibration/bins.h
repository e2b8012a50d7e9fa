/// Confidence bins and the sums kept in them; used inside this layer.
#pragma once
#include <cstdint>
#include <vector>

namespace kdbench::inline calibration {

/// M equal-width bins over [0, 1], closed on the right: bin m (from 0) holds m/M < v <= (m+1)/M; 0
/// is in bin 0.
class EqualWidthBins {
 public:
  /// @throws std::invalid_argument if count < 1.
  explicit EqualWidthBins(int count);

  int count() const { return static_cast<int>(upper_.size()); }
  double lower(int bin) const { return bin == 0 ? 0.0 : upper_[static_cast<std::size_t>(bin - 1)]; }
  double upper(int bin) const { return upper_[static_cast<std::size_t>(bin)]; }

  /// Returns the bin of v in [0, 1]. The edges are the doubles m/M: the product v * M only guesses,
  /// and rounds across an edge now and then.
  int index(double v) const {
    int bin = static_cast<int>(v * scale_);
    if (bin >= count()) bin = count() - 1;
    while (bin > 0 && v <= upper_[static_cast<std::size_t>(bin - 1)]) --bin;
    while (bin + 1 < count() && v > upper_[static_cast<std::size_t>(bin)]) ++bin;
    return bin;
  }

 private:
  double scale_;
  std::vector<double> upper_;
};

/// What one bin holds.
struct BinTally {
  std::int64_t count = 0, hits = 0;
  double confidence = 0;  ///< sum

  void add(double sample_confidence, bool hit) {
    ++count;
    hits += hit ? 1 : 0;
    confidence += sample_confidence;
  }
  /// Mean confidence minus accuracy; only for a bin that is not empty.
  double signed_gap() const { return (confidence - static_cast<double>(hits)) / static_cast<double>(count); }
};

/// Summaries of the gaps of a set of bins.
struct GapSummary {
  double ece = 0, mce = 0, rmsce = 0, ace = 0, overconfidence = 0, underconfidence = 0;
};

/// Summarises the non-empty bins, which hold n >= 1 samples together.
GapSummary summarise(const std::vector<BinTally>& tallies, std::int64_t n);

/// One sample: how sure the network was, and whether it was right.
struct ConfidenceHit {
  double confidence = 0;
  bool hit = false;
};

/// Returns the ece over min(bins, n) bins of equal mass: samples sorted by confidence are cut into
/// consecutive groups (the first n mod M one longer); the edges are the midpoints between
/// neighbouring groups, equal edges are one, the last is 1.
double equal_mass_ece(std::vector<ConfidenceHit> samples, int bins);

}  // namespace kdbench::inline calibration
