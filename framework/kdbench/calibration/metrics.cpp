#include <kdbench/calibration/metrics.h>

#include <kdbench/calibration/bins.h>
#include <kdbench/calibration/ece_floor.h>
#include <kdbench/calibration/softmax_row.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace kdbench::inline calibration {
namespace {

double inverse_temperature(double temperature) {
  if (!(temperature > 0) || !std::isfinite(temperature)) {
    throw std::invalid_argument(fmt::format("expected a positive, finite temperature, found {}", temperature));
  }
  return 1.0 / temperature;
}

/// Whether the label is among the min(5, K) largest scores.
bool in_top5(std::span<const double> scores, std::size_t label) {
  std::size_t before = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    before += scores[c] > scores[label] || (scores[c] == scores[label] && c < label) ? 1 : 0;
  }
  return before < 5;
}

/// The entropy of softmax(beta * row) in nats, ln sum exp(d) - sum p d with d = beta * (z - max z): no logarithm a class.
double entropy_of(std::span<const double> row, std::span<const double> probabilities, const RowSummary& summary, double beta) {
  double out = -std::log(summary.confidence);
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (probabilities[c] > 0) out -= probabilities[c] * beta * (row[c] - row[summary.prediction]);  // -inf logits: 0 * inf
  }
  return std::max(0.0, out);
}

double entropy_of(std::span<const double> probabilities) {
  double out = 0;
  for (const double p : probabilities) {
    if (p > 0) out -= p * std::log(p);
  }
  return std::max(0.0, out);
}

/// Sums over samples; report() divides.
class Accumulator {
 public:
  Accumulator(std::int64_t num_samples, std::int64_t num_classes, int bins)
      : bins_(bins), tallies_(static_cast<std::size_t>(bins)), class_gaps_(static_cast<std::size_t>(num_classes * bins)) {
    samples_.reserve(static_cast<std::size_t>(num_samples));
  }

  void add(std::span<const double> probabilities, std::size_t label, const RowSummary& row, double entropy, bool top5) {
    const bool hit = row.prediction == label;
    tallies_[static_cast<std::size_t>(bins_.index(row.confidence))].add(row.confidence, hit);
    samples_.push_back({row.confidence, hit});
    hits_ += hit ? 1 : 0;
    top5_ += top5 ? 1 : 0;
    nll_ += row.nll;
    confidence_ += row.confidence;
    entropy_ += entropy;
    add_classes(probabilities, label);
  }

  CalibrationReport report() const {
    const auto n = static_cast<double>(samples_.size());
    const auto count = static_cast<std::int64_t>(samples_.size());
    const auto gaps = summarise(tallies_, count);
    const auto floor = kdbench::ece_floor(samples_, bins_);
    CalibrationReport out;
    auto& m = out.metrics;
    m = {.n = count,
         .accuracy = hits_ / n,
         .top5 = top5_ / n,
         .nll = nll_ / n,
         .brier = brier_ / n,
         .ece = gaps.ece,
         .mce = gaps.mce,
         .rmsce = gaps.rmsce,
         .ace = gaps.ace,
         .adaptive_ece = equal_mass_ece(samples_, bins_.count()),
         .classwise_ece = classwise_ece(),
         .overconfidence = gaps.overconfidence,
         .underconfidence = gaps.underconfidence,
         .mean_confidence = confidence_ / n,
         .bins = bins_.count(),
         .ece_floor = floor.expected,
         .ece_floor_95 = floor.quantile95,
         .ece_debiased = debiased_ece(tallies_, count),
         .entropy = entropy_ / n};
    for (int b = 0; b < bins_.count(); ++b) out.reliability.push_back(reliability_row(b));
    return out;
  }

 private:
  void add_classes(std::span<const double> probabilities, std::size_t label) {
    const auto bins = static_cast<std::size_t>(bins_.count());
    for (std::size_t c = 0; c < probabilities.size(); ++c) {
      const double gap = probabilities[c] - (c == label ? 1.0 : 0.0);
      brier_ += gap * gap;
      class_gaps_[c * bins + static_cast<std::size_t>(bins_.index(probabilities[c]))] += gap;
    }
  }

  /// n_m/n |acc - conf| of a bin is |its sum of (p - 1[label])| / n, so one sum a bin and class is
  /// enough.
  double classwise_ece() const {
    double total = 0;
    for (const double gap : class_gaps_) total += std::abs(gap);
    const auto num_classes = static_cast<double>(class_gaps_.size()) / bins_.count();
    return total / static_cast<double>(samples_.size()) / num_classes;
  }

  ReliabilityBin reliability_row(int bin) const {
    const auto& tally = tallies_[static_cast<std::size_t>(bin)];
    ReliabilityBin row{bins_.lower(bin), bins_.upper(bin), tally.count, {}, {}};
    if (tally.count == 0) return row;
    row.accuracy = static_cast<double>(tally.hits) / static_cast<double>(tally.count);
    row.confidence = tally.confidence / static_cast<double>(tally.count);
    return row;
  }

  EqualWidthBins bins_;
  std::vector<BinTally> tallies_;
  std::vector<double> class_gaps_;  // [K, M]
  std::vector<ConfidenceHit> samples_;
  double hits_ = 0, top5_ = 0, nll_ = 0, brier_ = 0, confidence_ = 0, entropy_ = 0;
};

}  // namespace

CalibrationReport measure(const LogitsView& view, int bins, double temperature) {
  check_logits(view);
  const double beta = inverse_temperature(temperature);
  const EqualWidthBins checked(bins);
  Accumulator sums(view.size(), view.num_classes, checked.count());
  std::vector<double> probabilities(static_cast<std::size_t>(view.num_classes));
  for (std::int64_t i = 0; i < view.size(); ++i) {
    const auto label = static_cast<std::size_t>(view.labels[static_cast<std::size_t>(i)]);
    const auto row = softmax_row(view.row(i), label, beta, probabilities);
    for (double& p : probabilities) p *= row.confidence;
    sums.add(probabilities, label, row, entropy_of(view.row(i), probabilities, row, beta), in_top5(view.row(i), label));
  }
  return sums.report();
}

CalibrationReport measure_probabilities(std::span<const double> probabilities, std::span<const std::int64_t> labels,
                                        std::int64_t num_classes, int bins) {
  const LogitsView view{probabilities, labels, num_classes};
  check_logits(view);
  for (const double p : probabilities) {
    if (p < 0 || p > 1) throw std::invalid_argument(fmt::format("expected probabilities in [0, 1], found {}", p));
  }
  const EqualWidthBins checked(bins);
  Accumulator sums(view.size(), num_classes, checked.count());
  for (std::int64_t i = 0; i < view.size(); ++i) {
    const auto row = view.row(i);
    const auto label = static_cast<std::size_t>(labels[static_cast<std::size_t>(i)]);
    const auto prediction = first_argmax(row);
    sums.add(row, label, {prediction, row[prediction], -std::log(row[label])}, entropy_of(row), in_top5(row, label));
  }
  return sums.report();
}

QuickMetrics measure_quickly(const LogitsView& view, int bins, double temperature) {
  check_logits(view);
  const double beta = inverse_temperature(temperature);
  const EqualWidthBins edges(bins);
  std::vector<BinTally> tallies(static_cast<std::size_t>(bins));
  std::vector<double> exps(static_cast<std::size_t>(view.num_classes));
  QuickMetrics out;
  for (std::int64_t i = 0; i < view.size(); ++i) {
    const auto label = static_cast<std::size_t>(view.labels[static_cast<std::size_t>(i)]);
    const auto row = softmax_row(view.row(i), label, beta, exps);
    tallies[static_cast<std::size_t>(edges.index(row.confidence))].add(row.confidence, row.prediction == label);
    out.accuracy += row.prediction == label ? 1 : 0;
    out.nll += row.nll;
  }
  out.accuracy /= static_cast<double>(view.size());
  out.nll /= static_cast<double>(view.size());
  out.ece = summarise(tallies, view.size()).ece;
  return out;
}

}  // namespace kdbench::inline calibration
