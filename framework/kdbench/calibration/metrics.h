/// Accuracy, calibration errors and the reliability table of one network on one split.
///
/// Definitions: confidence = largest probability, prediction = first class that attains it. M
/// equal-width bins closed on the right: bin m holds (m-1)/M < confidence <= m/M, so 1.0 is in the
/// last bin. A bin's gap is |accuracy - confidence| of its samples. Empty bins take no part and
/// have null rows.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/calibration/logits/logits.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace kdbench {

inline constexpr int kDefaultBins = 15;

/// All fractions in [0, 1].
struct CalibrationMetrics {
  std::int64_t n = 0;
  double accuracy = 0;         ///< top-1
  double top5 = 0;             ///< label among the min(5, K) largest logits; among equal logits the lower
                               ///< index is larger
  double nll = 0;              ///< mean -ln p_label in nats; inf if some p_label is 0
  double brier = 0;            ///< mean squared distance to the one-hot label, in [0, 2]
  double ece = 0;              ///< mean gap, weighted by bin counts
  double mce = 0;              ///< largest gap
  double rmsce = 0;            ///< root of the mean squared gap, weighted by bin counts
  double ace = 0;              ///< unweighted mean gap of the non-empty bins
  double adaptive_ece = 0;     ///< ece over min(M, n) bins of equal mass
  double classwise_ece = 0;    ///< mean over all K classes of the ece of (p_class, label is class)
  double overconfidence = 0;   ///< the part of ece from bins whose confidence exceeds their accuracy
  double underconfidence = 0;  ///< the rest of ece
  double mean_confidence = 0;
  int bins = kDefaultBins;  ///< M
};

/// One row of the reliability table: the samples with lower < confidence <= upper (the first bin
/// holds 0 too).
struct ReliabilityBin {
  double lower = 0, upper = 0;
  std::int64_t count = 0;
  std::optional<double> accuracy, confidence;  ///< nothing for an empty bin
};

struct CalibrationReport {
  CalibrationMetrics metrics;
  std::vector<ReliabilityBin> reliability;  ///< `bins` rows from confidence 0 to 1; the counts sum to n
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

/// Keys as the fields; an infinite nll is "inf".
Json to_json(const CalibrationMetrics& metrics);
/// [{lower, upper, count, accuracy, confidence}]; accuracy and confidence of an empty bin are null.
Json to_json(const std::vector<ReliabilityBin>& reliability);
/// The metrics' keys and `reliability` in one object, as a RunRecord keeps it.
Json to_json(const CalibrationReport& report);

}  // namespace kdbench
