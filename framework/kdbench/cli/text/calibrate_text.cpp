#include <kdbench/cli/text/calibrate_text.h>

#include <kdbench/cli/text/columns.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace kdbench::inline cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kBarColumns = 20;

std::string percent(const Json& value) {
  const double fraction = to_double(value);
  return std::isnan(fraction) ? "n/a" : fmt::format("{:.2f}", 100 * fraction);
}

std::string plain(const Json& value) {
  const double real = to_double(value);
  return std::isnan(real) ? "n/a" : fmt::format("{:.4f}", real);
}

std::size_t columns_for(double fraction) {
  return static_cast<std::size_t>(std::lround(std::clamp(fraction, 0.0, 1.0) * kBarColumns));
}

std::string temperature_text(const Json& fit) { return fmt::format("{:.4g}", to_double(fit["T"])); }

struct MetricLine {
  const char *key, *name;
  bool is_percent;
};

constexpr MetricLine kMetrics[] = {
    {"accuracy", "accuracy %", true},
    {"top5", "top-5 accuracy %", true},
    {"mean_confidence", "mean confidence %", true},
    {"ece", "ECE %", true},
    {"overconfidence", "  overconfident part %", true},
    {"underconfidence", "  underconfident part %", true},
    {"adaptive_ece", "adaptive ECE %", true},
    {"classwise_ece", "classwise ECE %", true},
    {"ace", "ACE %", true},
    {"rmsce", "RMSCE %", true},
    {"mce", "MCE %", true},
    {"nll", "NLL (nats)", false},
    {"brier", "Brier score", false},
};

std::string metrics_table(const Json& report) {
  const auto& before = report["metrics"];
  const bool scaled = report.contains("after");
  Rows rows{{"", "T = 1"}};
  if (scaled) rows[0].push_back(report.contains("temperature") ? "T = " + temperature_text(report["temperature"]) : "scaled");
  for (const auto& line : kMetrics) {
    const auto cell = [&](const Json& metrics) {
      const auto value = metrics.value(line.key, Json());
      return line.is_percent ? percent(value) : plain(value);
    };
    rows.push_back({line.name, cell(before)});
    if (scaled) rows.back().push_back(cell(report["after"]));
  }
  return fmt::format("{} samples, {} bins\n\n", before.value("n", 0), before.value("bins", 0)) + aligned(rows, "  ", {1, 2});
}

std::string fit_comment(const std::string& status) {
  if (status == "at_lower_bound") return "the NLL falls all the way to the lowest temperature tried; there is no optimum";
  if (status == "at_upper_bound") return "the NLL falls all the way to the highest temperature tried; the logits do not help";
  if (status == "flat") return "the logits of a row are all equal; a temperature changes nothing";
  if (status == "infinite_nll") return "some label has probability 0; no temperature helps";
  return status;
}

std::string temperature_part(const Json& fit) {
  const auto status = fit.value("status", "ok");
  return fmt::format("fitted temperature {}{}\n", temperature_text(fit), status == "ok" ? "" : " (" + fit_comment(status) + ")") +
         fmt::format("  NLL {} -> {}, ECE {} % -> {} %\n", plain(fit["nll_before"]), plain(fit["nll_after"]),
                     percent(fit["ece_before"]), percent(fit["ece_after"]));
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

std::string reliability_part(const Json& bins) {
  Rows rows{{"confidence in", "count", "accuracy %", "confidence %", "gap", "# accuracy, | confidence"}};
  for (const auto& bin : bins) {
    const double lower = to_double(bin["lower"]);
    rows.push_back(
        {fmt::format("{}{:.3f}, {:.3f}]", lower == 0 ? '[' : '(', lower, to_double(bin["upper"])), bin["count"].dump()});
    if (bin["accuracy"].is_null()) continue;
    const double accuracy = to_double(bin["accuracy"]), confidence = to_double(bin["confidence"]);
    for (auto& cell : {percent(bin["accuracy"]), percent(bin["confidence"]),
                       fmt::format("{:+.2f}", 100 * (accuracy - confidence)), reliability_bar(accuracy, confidence)}) {
      rows.back().push_back(cell);
    }
  }
  return "reliability (gap = accuracy - confidence)\n\n" + aligned(rows, "  ", {1, 2, 3, 4});
}

std::string curve_part(const Json& curve) {
  double largest = 0, smallest = 1;
  for (const auto& point : curve) {
    largest = std::max(largest, to_double(point["ece"]));
    smallest = std::min(smallest, to_double(point["ece"]));
  }
  Rows rows{{"tau", "ECE %", "NLL", ""}};
  for (const auto& point : curve) {
    const double ece = to_double(point["ece"]);
    std::string bar(largest > 0 ? columns_for(ece / largest) : 0, '#');
    if (ece == smallest) bar += bar.empty() ? "lowest" : " lowest";
    rows.push_back({fmt::format("{:g}", to_double(point["tau"])), percent(point["ece"]), plain(point["nll"]), bar});
  }
  return "ECE of softmax(logits / tau)\n\n" + aligned(rows, "  ", {0, 1, 2});
}

}  // namespace

std::string calibrate_text(const Json& report) {
  std::string out;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : "\n") + part; };
  if (report.contains("metrics")) add(metrics_table(report));
  if (report.contains("temperature")) add(temperature_part(report["temperature"]));
  if (report.contains("reliability")) add(reliability_part(report["reliability"]));
  if (report.contains("tau_curve") && !report["tau_curve"].empty()) add(curve_part(report["tau_curve"]));
  return out;
}

}  // namespace kdbench::inline cli
