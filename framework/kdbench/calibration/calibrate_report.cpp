#include <kdbench/calibration/calibrate_report.h>

#include <kdbench/calibration/metrics.h>
#include <kdbench/calibration/temperature.h>

namespace kdbench {

Json calibrate_report(const LogitsView& view, int bins, std::span<const double> taus) {
  const auto report = measure(view, bins);
  const auto fit = fit_temperature(view, bins);
  return {{"metrics", to_json(report.metrics)},
          {"reliability", to_json(report.reliability)},
          {"temperature", to_json(fit)},
          {"after", to_json(measure(view, bins, fit.T).metrics)},
          {"tau_curve", to_json(tau_curve(view, taus, bins))}};
}

}  // namespace kdbench
