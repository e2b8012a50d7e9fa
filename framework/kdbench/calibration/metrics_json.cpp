#include <kdbench/calibration/metrics.h>

namespace kdbench {

Json to_json(const CalibrationMetrics& metrics) {
  return {{"n", metrics.n},
          {"accuracy", metrics.accuracy},
          {"top5", metrics.top5},
          {"nll", number(metrics.nll)},
          {"brier", metrics.brier},
          {"ece", metrics.ece},
          {"mce", metrics.mce},
          {"rmsce", metrics.rmsce},
          {"ace", metrics.ace},
          {"adaptive_ece", metrics.adaptive_ece},
          {"classwise_ece", metrics.classwise_ece},
          {"overconfidence", metrics.overconfidence},
          {"underconfidence", metrics.underconfidence},
          {"mean_confidence", metrics.mean_confidence},
          {"bins", metrics.bins}};
}

Json to_json(const std::vector<ReliabilityBin>& reliability) {
  Json rows = Json::array();
  for (const auto& bin : reliability) {
    rows.push_back({{"lower", bin.lower},
                    {"upper", bin.upper},
                    {"count", bin.count},
                    {"accuracy", bin.accuracy ? Json(*bin.accuracy) : Json()},
                    {"confidence", bin.confidence ? Json(*bin.confidence) : Json()}});
  }
  return rows;
}

Json to_json(const CalibrationReport& report) {
  Json out = to_json(report.metrics);
  out["reliability"] = to_json(report.reliability);
  return out;
}

}  // namespace kdbench
