/// Temperature scaling: the one temperature that minimises the NLL, and ECE and NLL against
/// temperature.
#pragma once
#include <kdbench/base/document.h>
#include <kdbench/base/value_rules.h>
#include <kdbench/calibration/logits/logits.h>
#include <kdbench/calibration/metrics.h>

#include <array>
#include <span>
#include <string>
#include <vector>

namespace kdbench::inline calibration {

/// Fitted temperatures lie in [kMinTemperature, kMaxTemperature].
inline constexpr double kMinTemperature = 1e-3;
inline constexpr double kMaxTemperature = 1e3;

/// A fitted temperature. T is positive and finite whatever the data; nll_after <= nll_before.
struct TemperatureFit {
  double T = 1.0;
  /// "ok": the minimum is inside the range.
  /// "at_lower_bound": the NLL falls all the way down to kMinTemperature (every prediction is
  /// right, say). "at_upper_bound": it falls all the way up to kMaxTemperature (the network is
  /// worse than guessing, say). "flat": it does not depend on T (constant rows); T = 1.
  /// "infinite_nll": some label has probability 0 at every T; T = 1.
  std::string status;
  double nll_before = 0, nll_after = 0;  ///< at temperature 1 and T
  double ece_before = 0, ece_after = 0;

  static constexpr auto fields() {
    using F = TemperatureFit;
    return std::tuple(field("T", &F::T, "the temperature with the least NLL", above_0),
                      field("status", &F::status, "ok, at_lower_bound, at_upper_bound, flat or infinite_nll"),
                      field("nll_before", &F::nll_before, "at temperature 1", at_least_0),
                      field("nll_after", &F::nll_after, "at T", at_least_0),
                      field("ece_before", &F::ece_before, "at temperature 1", from_0_to_1),
                      field("ece_after", &F::ece_after, "at T", from_0_to_1));
  }
};

/// Minimises the mean NLL of softmax(logits / T) over beta = 1/T, where it is convex: the root of
/// its derivative is bracketed and found to machine precision. Predictions, and so accuracy, do not
/// change.
/// @throws std::invalid_argument as measure() (empty or NaN logits, bins < 1).
TemperatureFit fit_temperature(const LogitsView& view, int bins = kDefaultBins);

/// Temperatures of the curves that records and reports hold.
inline constexpr std::array kCurveTaus{1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0};

/// ECE and NLL of softmax(logits / tau).
struct TauPoint {
  double tau = 1.0, ece = 0, nll = 0;

  static constexpr auto fields() {
    using P = TauPoint;
    return std::tuple(field("tau", &P::tau, "what the logits are divided by", above_0),
                      field("ece", &P::ece, "there", from_0_to_1), field("nll", &P::nll, "there, in nats", at_least_0));
  }
};

/// One point for each of `taus` (positive, finite), in their order.
/// @throws std::invalid_argument as measure().
std::vector<TauPoint> tau_curve(const LogitsView& view, std::span<const double> taus, int bins = kDefaultBins);
}  // namespace kdbench::inline calibration
