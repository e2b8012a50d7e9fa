#include <kdbench/calibration/calibrate_report.h>

namespace kdbench::inline calibration {

CalibrateReport calibrate_report(const LogitsView& view, int bins, std::span<const double> taus) {
  const auto report = measure(view, bins);
  const auto fit = fit_temperature(view, bins);
  return {report.metrics, report.reliability, fit, measure(view, bins, fit.T).metrics, tau_curve(view, taus, bins)};
}

}  // namespace kdbench::inline calibration
