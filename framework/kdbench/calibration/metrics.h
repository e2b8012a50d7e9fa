/// Accuracy, calibration errors and the reliability table of one network on one split.
///
/// Definitions: confidence = largest probability, prediction = first class that attains it. M
/// equal-width bins closed on the right: bin m holds (m-1)/M < confidence <= m/M, so 1.0 is in the
/// last bin. A bin's gap is |accuracy - confidence| of its samples. Empty bins take no part and
/// have null rows.
#pragma once
#include <kdbench/base/document.h>
#include <kdbench/base/value_rules.h>
#include <kdbench/calibration/logits/logits.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace kdbench::inline calibration {

inline constexpr int kDefaultBins = 15;

/// All fractions in [0, 1].
struct CalibrationMetrics {
  std::int64_t n = 0;
  double accuracy = 0, top5 = 0, nll = 0, brier = 0;
  double ece = 0, mce = 0, rmsce = 0, ace = 0, adaptive_ece = 0, classwise_ece = 0;
  double overconfidence = 0, underconfidence = 0, mean_confidence = 0;
  int bins = kDefaultBins;
  std::optional<double> ece_floor = {}, ece_floor_95 = {}, ece_debiased = {}, entropy = {};  ///< nothing: not measured then

  /// Above 0 where the network is surer than it is right, over all rows: the difference of the two parts of the ECE.
  double signed_gap() const { return mean_confidence - accuracy; }

  static constexpr auto fields() {
    using M = CalibrationMetrics;
    return std::tuple(
        field("n", &M::n, "rows measured", a_count), field("accuracy", &M::accuracy, "top-1", from_0_to_1),
        field("top5", &M::top5, "label among the min(5, K) largest logits; of equal logits the lower index is larger",
              from_0_to_1),
        field("nll", &M::nll, "mean -ln p_label in nats; inf if some p_label is 0", at_least_0),
        field("brier", &M::brier, "mean squared distance to the one-hot label, in [0, 2]", at_least_0),
        field("ece", &M::ece, "mean gap, weighted by bin counts", from_0_to_1), field("mce", &M::mce, "largest gap", from_0_to_1),
        field("rmsce", &M::rmsce, "root of the mean squared gap, weighted by bin counts", from_0_to_1),
        field("ace", &M::ace, "unweighted mean gap of the non-empty bins", from_0_to_1),
        field("adaptive_ece", &M::adaptive_ece, "ece over min(bins, n) bins of equal mass", from_0_to_1),
        field("classwise_ece", &M::classwise_ece, "mean over all classes of the ece of (p_class, label is class)", from_0_to_1),
        field("overconfidence", &M::overconfidence, "the part of ece from bins whose confidence exceeds their accuracy",
              from_0_to_1),
        field("underconfidence", &M::underconfidence, "the rest of ece", from_0_to_1),
        field("mean_confidence", &M::mean_confidence, "mean largest probability", from_0_to_1),
        field("bins", &M::bins, "bins of equal width", a_count),
        field("ece_floor", &M::ece_floor, "mean ece of a perfectly calibrated network of these confidences", Presence::kIfAny,
              if_any<from_0_to_1>),
        field("ece_floor_95", &M::ece_floor_95, "the 95 % quantile of that ece, resampled", Presence::kIfAny,
              if_any<from_0_to_1>),
        field("ece_debiased", &M::ece_debiased, "ece less its estimated bias, see calibration/ece_floor.h", Presence::kIfAny,
              if_any<from_0_to_1>),
        field("entropy", &M::entropy, "mean -sum p ln p in nats", Presence::kIfAny, if_any<at_least_0>));
  }
};

/// One row of the reliability table: the samples with lower < confidence <= upper (the first bin holds 0 too).
struct ReliabilityBin {
  double lower = 0, upper = 0;
  std::int64_t count = 0;
  std::optional<double> accuracy, confidence;

  static constexpr auto fields() {
    using B = ReliabilityBin;
    return std::tuple(field("lower", &B::lower, "confidences above this", from_0_to_1),
                      field("upper", &B::upper, "and up to this", from_0_to_1), field("count", &B::count, "rows", a_count),
                      field("accuracy", &B::accuracy, "of the rows; null for an empty bin", if_any<from_0_to_1>),
                      field("confidence", &B::confidence, "mean over the rows; null for an empty bin", if_any<from_0_to_1>));
  }
};

/// Metrics and the table behind them; in a document all in one object.
struct CalibrationReport {
  CalibrationMetrics metrics;
  std::vector<ReliabilityBin> reliability;

  static constexpr auto fields() {
    return std::tuple(inlined(&CalibrationReport::metrics), field("reliability", &CalibrationReport::reliability,
                                                                  "one row a bin, from confidence 0 to 1; the counts sum to n"));
  }
};

/// Measures softmax(logits / temperature).
/// @param bins number of bins, at least 1
/// @param temperature positive and finite
/// @throws std::invalid_argument when an argument breaks its contract (see check_logits).
CalibrationReport measure(const LogitsView& view, int bins = kDefaultBins, double temperature = 1.0);

/// The same from probabilities [N, K] in row-major order, each row in [0, 1] with sum 1.
/// @throws std::invalid_argument as measure(), and for a probability outside [0, 1].
CalibrationReport measure_probabilities(std::span<const double> probabilities, std::span<const std::int64_t> labels,
                                        std::int64_t num_classes, int bins = kDefaultBins);

/// What an epoch line needs; equal to the fields of measure() of the same name.
struct QuickMetrics {
  double accuracy = 0, nll = 0, ece = 0;
};

/// One pass without the classwise and equal-mass parts (about one exp a logit).
/// @throws std::invalid_argument as measure().
QuickMetrics measure_quickly(const LogitsView& view, int bins = kDefaultBins, double temperature = 1.0);

}  // namespace kdbench::inline calibration
