/// What `kdbench calibrate` prints: everything this layer can say about one network's logits.
#pragma once
#include <kdbench/calibration/metrics.h>
#include <kdbench/calibration/temperature.h>

#include <span>
#include <vector>

namespace kdbench::inline calibration {

/// Fractions in [0, 1].
struct CalibrateReport {
  CalibrationMetrics metrics;
  std::vector<ReliabilityBin> reliability;
  TemperatureFit temperature;
  CalibrationMetrics after;
  std::vector<TauPoint> tau_curve;

  static constexpr auto fields() {
    using R = CalibrateReport;
    return std::tuple(field("metrics", &R::metrics, "at temperature 1"),
                      field("reliability", &R::reliability, "the table behind them"),
                      field("temperature", &R::temperature, "the fitted temperature"),
                      field("after", &R::after, "the metrics at it"), field("tau_curve", &R::tau_curve, "ECE and NLL along tau"));
  }
};

/// @throws std::invalid_argument as measure() and tau_curve().
CalibrateReport calibrate_report(const LogitsView& view, int bins, std::span<const double> taus = kCurveTaus);

}  // namespace kdbench::inline calibration
