/// The table of metrics and how their numbers are written.
#include <kdbench/leaderboard/model/metrics.h>

#include <kdbench/base/check.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline leaderboard {
namespace {

/// A metric of the test rows.
template <double CalibrationMetrics::*Member>
std::optional<double> test(const CheckpointRecord& checkpoint) {
  return finite(checkpoint.test.metrics.*Member);
}

template <std::optional<double> CalibrationMetrics::*Member>
std::optional<double> test(const CheckpointRecord& checkpoint) {
  return checkpoint.test.metrics.*Member;
}

/// A metric of any rows.
template <double CalibrationMetrics::*Member>
std::optional<double> any(const CalibrationMetrics& metrics) {
  return finite(metrics.*Member);
}
template <std::optional<double> CalibrationMetrics::*Member>
std::optional<double> any(const CalibrationMetrics& metrics) {
  return metrics.*Member;
}

std::optional<double> signed_gap(const CalibrationMetrics& metrics) { return finite(metrics.signed_gap()); }

/// A number of the fitted temperature.
template <double TemperatureFit::*Member>
std::optional<double> fitted(const CheckpointRecord& checkpoint) {
  return checkpoint.fitted_temperature ? finite(checkpoint.fitted_temperature->fit.*Member) : std::nullopt;
}

}  // namespace

std::string to_string(Direction direction) {
  if (direction == Direction::kHigher) return "higher";
  return direction == Direction::kLower ? "lower" : "none";
}

const std::vector<Metric>& metrics() {
  using enum Direction;
  constexpr auto kCalibration = TeacherTable::kCalibration, kLikelihood = TeacherTable::kLikelihood,
                 kNoTable = TeacherTable::kNone;
  using M = CalibrationMetrics;
  using F = TemperatureFit;
  static const std::vector<Metric> table = {
      {"accuracy", "accuracy", "%", kHigher, 2, 100, false, "top-1 accuracy on the test split", test<&M::accuracy>, kCalibration,
       any<&M::accuracy>},
      {"mean_confidence", "confidence", "%", kNone, 2, 100, false, "mean largest probability", nullptr, kNoTable,
       any<&M::mean_confidence>},
      {"signed_gap", "confidence - accuracy", "points", kNone, 2, 100, true, "above 0: overconfident", nullptr, kNoTable,
       signed_gap},
      {"ece", "ECE", "%", kLower, 2, 100, false, "expected calibration error, equal-width bins", test<&M::ece>, kCalibration,
       any<&M::ece>},
      {"ece_floor", "ECE floor", "%", kNone, 2, 100, false, "mean ECE of a perfectly calibrated network of the same confidences",
       test<&M::ece_floor>, kCalibration, any<&M::ece_floor>},
      {"ece_floor_95", "floor at 95%", "%", kNone, 2, 100, false, "the 95% quantile of that ECE", test<&M::ece_floor_95>,
       kCalibration, any<&M::ece_floor_95>},
      {"ece_debiased", "debiased ECE", "%", kLower, 2, 100, false, "ECE less its estimated bias (Kumar et al. 2019)",
       test<&M::ece_debiased>, kCalibration, any<&M::ece_debiased>},
      {"mce", "MCE", "%", kLower, 2, 100, false, "largest gap of a bin", test<&M::mce>, kCalibration},
      {"adaptive_ece", "adaptive ECE", "%", kLower, 2, 100, false, "ECE over bins of equal mass", test<&M::adaptive_ece>,
       kCalibration},
      {"classwise_ece", "classwise ECE", "%", kLower, 2, 100, false, "mean over classes of the ECE of that class's probability",
       test<&M::classwise_ece>, kCalibration},
      {"nll", "NLL", "", kLower, 4, 1, false, "negative log-likelihood in nats", test<&M::nll>, kLikelihood, any<&M::nll>},
      {"entropy", "entropy", "", kNone, 4, 1, false, "of the probabilities, in nats", nullptr, kNoTable, any<&M::entropy>},
      {"brier", "Brier", "", kLower, 4, 1, false, "squared distance to the one-hot label, summed over classes", test<&M::brier>,
       kLikelihood},
      {"overconfidence", "overconfidence", "%", kLower, 2, 100, false, "part of the ECE where confidence exceeds accuracy",
       test<&M::overconfidence>, kLikelihood},
      {"underconfidence", "underconfidence", "%", kLower, 2, 100, false, "part of the ECE where accuracy exceeds confidence",
       test<&M::underconfidence>, kLikelihood},
      {"fitted_T", "fitted T", "", kNone, 3, 1, false, "temperature with the least NLL", fitted<&F::T>, kLikelihood},
      {"ece_after", "ECE at fitted T", "%", kLower, 2, 100, false, "ECE of the logits divided by the fitted T",
       fitted<&F::ece_after>, kLikelihood},
      {"bayes_accuracy", "Bayes", "%", kNone, 2, 100, false, "accuracy of the dataset's own posterior"},
      {"gain", "gain", "points", kHigher, 2, 100, true, "accuracy above the same student trained alone, in pairs by seed"},
      {"difference", "difference", "points", kHigher, 2, 100, true, "accuracy above the baseline, in pairs by seed"},
      {"standard_error", "standard error", "points", kNone, 2, 100, false, "of the mean of the differences"},
      {"answered_alike", "answered alike", "%", kNone, 1, 100, false, "test rows on which two students predict the same class"},
      {"average_rank", "average rank", "", kLower, 2, 1, false, "1 is best; over the pairs of networks"},
      {"variance", "variance", "points^2", kLower, 2, 1e4, false, "population variance over the runs"},
      {"spearman_ece", "Spearman(ECE, acc)", "%", kNone, 2, 100, false, "rank correlation of the teacher's ECE and the accuracy"},
      {"spearman_training", "Spearman(training ECE, acc)", "%", kNone, 2, 100, false,
       "rank correlation of the teacher's ECE on the training rows and the accuracy"},
      {"spearman_axis", "Spearman(axis, acc)", "%", kNone, 2, 100, false, "rank correlation of the axis and the accuracy"},
      {"kendall", "Kendall", "%", kNone, 2, 100, false, "tau-b of the teacher's ECE and the accuracy"},
      {"slope", "slope", "points/point", kNone, 4, 1, true,
       "points of accuracy per point of ECE, least squares for each seed, then the mean"},
      {"spread", "spread", "points", kLower, 2, 100, false, "best minus worst mean accuracy along the axis"},
      {"regret", "regret", "points", kLower, 2, 100, false, "best minus mean accuracy along the axis"},
      {"tau", "tau", "", kNone, 2, 1, false, "temperature of the teacher in the student's loss"},
      {"temperature", "T", "", kNone, 3, 1, false, "what the teacher's logits were divided by in all"},
      {"p", "p", "", kNone, 3, 1, false, "permutation test of the Spearman correlation"},
      {"gradient_norm", "‖g₀‖", "", kNone, 4, 1, false, "norm of the gradient of the student's first step"},
      {"rate_factor", "rate x", "", kNone, 3, 1, false, "what the recipe's learning rates were multiplied by"},
      {"within_r2", "R²", "%", kNone, 1, 100, false, "share of the accuracy's variation within seeds"},
      {"partial_r2", "partial R²", "%", kNone, 1, 100, false, "share of what the other regressors leave of the accuracy"},
      {"test_p", "p", "", kNone, 3, 1, false, "two-sided"},
      {"count", "count", "", kNone, 0, 1, false, "samples in the bin"},
      {"bin_accuracy", "accuracy", "%", kNone, 2, 100, false, "of the samples in the bin"},
      {"confidence", "confidence", "%", kNone, 2, 100, false, "mean over the samples in the bin"},
      {"gap", "accuracy - confidence", "points", kNone, 2, 100, true, "below 0: overconfident"},
  };
  return table;
}

const Metric& metric(std::string_view key) {
  const auto& table = metrics();
  const auto it = std::find_if(table.begin(), table.end(), [&](const Metric& m) { return m.key == key; });
  KDBENCH_CHECK(it != table.end(), "every metric of a board is in the table");
  return *it;
}

std::string heading(std::string_view title, std::string_view unit, Direction direction) {
  std::string out(title);
  if (direction != Direction::kNone) out += direction == Direction::kHigher ? " ↑" : " ↓";
  if (!unit.empty()) out += fmt::format(" ({})", unit);
  return out;
}

std::string shown(const Metric& metric, std::optional<double> value) {
  const auto scaled = in_unit(metric, value);
  if (!scaled) return "n/a";
  auto text =
      metric.with_sign ? fmt::format("{:+.{}f}", *scaled, metric.decimals) : fmt::format("{:.{}f}", *scaled, metric.decimals);
  const bool zero = text.find_first_not_of("+-0.") == std::string::npos;
  if (zero && text[0] == '-') text = (metric.with_sign ? "+" : "") + text.substr(1);
  return text;
}

double without_rounding(double value) { return std::round(value * 1e12) / 1e12; }

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

std::optional<double> in_unit(const Metric& metric, std::optional<double> value) {
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return *value * metric.scale;
}

}  // namespace kdbench::inline leaderboard
