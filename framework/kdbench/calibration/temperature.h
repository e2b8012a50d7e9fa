/// Temperature scaling: the one temperature that minimises the NLL, and ECE and NLL against
/// temperature.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/calibration/logits/logits.h>
#include <kdbench/calibration/metrics.h>

#include <span>
#include <string>
#include <vector>

namespace kdbench {

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
};

/// Minimises the mean NLL of softmax(logits / T) over beta = 1/T, where it is convex: the root of
/// its derivative is bracketed and found to machine precision. Predictions, and so accuracy, do not
/// change.
/// @throws std::invalid_argument as measure() (empty or NaN logits, bins < 1).
TemperatureFit fit_temperature(const LogitsView& view, int bins = kDefaultBins);

/// Keys T, status, nll_before, nll_after, ece_before, ece_after.
Json to_json(const TemperatureFit& fit);

/// ECE and NLL of softmax(logits / tau).
struct TauPoint {
  double tau = 1.0, ece = 0, nll = 0;
};

/// One point for each of `taus` (positive, finite), in their order.
/// @throws std::invalid_argument as measure().
std::vector<TauPoint> tau_curve(const LogitsView& view, std::span<const double> taus, int bins = kDefaultBins);

/// [{tau, ece, nll}]
Json to_json(const std::vector<TauPoint>& curve);

}  // namespace kdbench
