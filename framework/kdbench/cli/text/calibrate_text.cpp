#include <kdbench/cli/text/calibrate_text.h>

#include <kdbench/cli/text/columns.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>
#include <vector>

namespace kdbench::inline cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kBarColumns = 20;

std::string percent(double fraction) { return std::isnan(fraction) ? "n/a" : fmt::format("{:.2f}", 100 * fraction); }

std::string plain(double real) { return std::isnan(real) ? "n/a" : fmt::format("{:.4f}", real); }

std::size_t columns_for(double fraction) {
  return static_cast<std::size_t>(std::lround(std::clamp(fraction, 0.0, 1.0) * kBarColumns));
}

std::string temperature_text(const TemperatureFit& fit) { return fmt::format("{:.4g}", fit.T); }

struct MetricLine {
  std::variant<double CalibrationMetrics::*, std::optional<double> CalibrationMetrics::*> value;
  const char* name;
  bool is_percent;

  double of(const CalibrationMetrics& metrics) const {
    if (const auto* always = std::get_if<0>(&value)) return metrics.**always;
    return (metrics.*std::get<1>(value)).value_or(NAN);
  }
};

constexpr MetricLine kMetrics[] = {
    {&CalibrationMetrics::accuracy, "accuracy %", true},
    {&CalibrationMetrics::top5, "top-5 accuracy %", true},
    {&CalibrationMetrics::mean_confidence, "mean confidence %", true},
    {&CalibrationMetrics::ece, "ECE %", true},
    {&CalibrationMetrics::overconfidence, "  overconfident part %", true},
    {&CalibrationMetrics::underconfidence, "  underconfident part %", true},
    {&CalibrationMetrics::ece_debiased, "  debiased %", true},
    {&CalibrationMetrics::ece_floor, "  floor, mean %", true},
    {&CalibrationMetrics::ece_floor_95, "  floor, 95 % quantile %", true},
    {&CalibrationMetrics::adaptive_ece, "adaptive ECE %", true},
    {&CalibrationMetrics::classwise_ece, "classwise ECE %", true},
    {&CalibrationMetrics::ace, "ACE %", true},
    {&CalibrationMetrics::rmsce, "RMSCE %", true},
    {&CalibrationMetrics::mce, "MCE %", true},
    {&CalibrationMetrics::nll, "NLL (nats)", false},
    {&CalibrationMetrics::brier, "Brier score", false},
    {&CalibrationMetrics::entropy, "entropy (nats)", false},
};

/// Says of which temperatures chance alone would give the ECE.
std::string floor_part(const CalibrateReport& report) {
  std::string out = "floor: the ECE of a perfectly calibrated network of the same confidences on as many samples\n";
  const auto add = [&](const std::string& temperature, const CalibrationMetrics& metrics) {
    if (!metrics.ece_floor_95 || metrics.ece > *metrics.ece_floor_95) return;
    out += fmt::format("at T = {} the ECE is no more than its floor: chance alone would give it\n", temperature);
  };
  add("1", report.metrics);
  add(temperature_text(report.temperature), report.after);
  return out;
}

std::string metrics_table(const CalibrateReport& report) {
  Rows rows{{"", "T = 1", "T = " + temperature_text(report.temperature)}};
  for (const auto& line : kMetrics) {
    const auto cell = [&](const CalibrationMetrics& metrics) {
      return line.is_percent ? percent(line.of(metrics)) : plain(line.of(metrics));
    };
    rows.push_back({line.name, cell(report.metrics), cell(report.after)});
  }
  return fmt::format("{} samples, {} bins\n\n", report.metrics.n, report.metrics.bins) + aligned(rows, "  ", {1, 2}) +
         floor_part(report);
}

std::string fit_comment(const std::string& status) {
  if (status == "at_lower_bound") return "the NLL falls all the way to the lowest temperature tried; there is no optimum";
  if (status == "at_upper_bound") return "the NLL falls all the way to the highest temperature tried; the logits do not help";
  if (status == "flat") return "the logits of a row are all equal; a temperature changes nothing";
  if (status == "infinite_nll") return "some label has probability 0; no temperature helps";
  return status;
}

std::string temperature_part(const TemperatureFit& fit) {
  const auto comment = fit.status == "ok" ? "" : " (" + fit_comment(fit.status) + ")";
  return fmt::format("fitted temperature {}{}\n", temperature_text(fit), comment) +
         fmt::format("  NLL {} -> {}, ECE {} % -> {} %\n", plain(fit.nll_before), plain(fit.nll_after), percent(fit.ece_before),
                     percent(fit.ece_after));
}

/// Accuracy as a bar with a mark at the confidence: the mark beyond the bar means overconfident,
/// inside it underconfident.
std::string reliability_bar(double accuracy, double confidence) {
  std::string bar(columns_for(accuracy), '#');
  const auto mark = std::max<std::size_t>(columns_for(confidence), 1) - 1;
  bar.resize(std::max(bar.size(), mark + 1), ' ');
  bar[mark] = '|';
  return bar;
}

std::string reliability_part(const std::vector<ReliabilityBin>& bins) {
  Rows rows{{"confidence in", "count", "accuracy %", "confidence %", "gap", "# accuracy, | confidence"}};
  for (const auto& bin : bins) {
    rows.push_back(
        {fmt::format("{}{:.3f}, {:.3f}]", bin.lower == 0 ? '[' : '(', bin.lower, bin.upper), std::to_string(bin.count)});
    if (!bin.accuracy || !bin.confidence) continue;
    for (auto& cell :
         {percent(*bin.accuracy), percent(*bin.confidence), fmt::format("{:+.2f}", 100 * (*bin.accuracy - *bin.confidence)),
          reliability_bar(*bin.accuracy, *bin.confidence)}) {
      rows.back().push_back(cell);
    }
  }
  return "reliability (gap = accuracy - confidence)\n\n" + aligned(rows, "  ", {1, 2, 3, 4});
}

std::string curve_part(const std::vector<TauPoint>& curve) {
  double largest = 0, smallest = 1;
  for (const auto& point : curve) {
    largest = std::max(largest, point.ece);
    smallest = std::min(smallest, point.ece);
  }
  Rows rows{{"tau", "ECE %", "NLL", ""}};
  for (const auto& point : curve) {
    std::string bar(largest > 0 ? columns_for(point.ece / largest) : 0, '#');
    if (point.ece == smallest) bar += bar.empty() ? "lowest" : " lowest";
    rows.push_back({fmt::format("{:g}", point.tau), percent(point.ece), plain(point.nll), bar});
  }
  return "ECE of softmax(logits / tau)\n\n" + aligned(rows, "  ", {0, 1, 2});
}

}  // namespace

std::string calibrate_text(const CalibrateReport& report) {
  auto out = metrics_table(report) + "\n" + temperature_part(report.temperature) + "\n" + reliability_part(report.reliability);
  return report.tau_curve.empty() ? out : out + "\n" + curve_part(report.tau_curve);
}

}  // namespace kdbench::inline cli
