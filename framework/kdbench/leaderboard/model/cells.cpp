#include <kdbench/leaderboard/model/cells.h>

#include <kdbench/stats/comparison/paired.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <cmath>

namespace kdbench::inline leaderboard::boards {
namespace {

std::optional<double> deviation(const std::vector<double>& values) {
  return values.size() < 2 ? std::nullopt : std::optional(stats::sample_sd(values));
}

/// A deviation has no sign, whatever it is one of.
std::string shown_deviation(Metric metric, std::optional<double> sd) {
  metric.with_sign = false;
  return shown(metric, sd);
}

std::vector<Json> summary_values(const Metric& metric, const std::vector<double>& values, const Series& series) {
  const auto mean = values.empty() ? std::nullopt : std::optional(stats::mean(values));
  return {json_number(in_unit(metric, mean)), json_number(in_unit(metric, deviation(values))), values.size(), series.expected(),
          series.runs.empty() ? Json("not planned") : Json(to_string(series.state()))};
}

}  // namespace

Json json_number(std::optional<double> value) { return value && std::isfinite(*value) ? Json(*value) : Json(); }

Cell number_cell(const Metric& metric, std::optional<double> value) {
  return {shown(metric, value), {json_number(in_unit(metric, value))}};
}

Column number_column(const Metric& metric, const std::string& title) {
  return {title.empty() ? metric.title : title, metric.unit, metric.direction, {"value"}};
}

Cell text_cell(const std::string& text) { return {text}; }
Column text_column(const std::string& title, bool is_key) { return {title, "", Direction::kNone, {}, is_key}; }

Column interval_column(const Metric& metric, const std::string& title) {
  return {title, metric.unit, metric.direction, {"value", "low", "high", "n", "status"}};
}

Column summary_column(const Metric& metric, const std::string& title) {
  return {title, metric.unit, metric.direction, {"mean", "sd", "n", "expected", "status"}};
}

Cell summary_cell(const Metric& metric, const std::vector<double>& values, const Series& series) {
  Cell cell{"", summary_values(metric, values, series)};
  const auto trouble = series.trouble();
  if (series.runs.empty()) {
    cell.text = "not planned";
  } else if (values.empty()) {
    cell.text = trouble.empty() ? "n/a" : fmt::format("{} (0/{})", trouble, series.expected());
  } else {
    const auto count =
        trouble.empty() ? fmt::format("{}", values.size()) : fmt::format("{}/{}; {}", values.size(), series.expected(), trouble);
    cell.text =
        fmt::format("{} ± {} ({})", shown(metric, stats::mean(values)), shown_deviation(metric, deviation(values)), count);
  }
  return cell;
}

Cell summary_cell(const Metric& metric, const Series& series) {
  return summary_cell(metric, values_of(series.accuracies()), series);
}

Cell compact_cell(const Metric& metric, const std::vector<double>& values, const Series& series) {
  Cell cell{compact_cell(metric, values).text, summary_values(metric, values, series)};
  if (series.complete()) return cell;
  if (!values.empty())
    cell.text += fmt::format(" ({}/{})", values.size(), series.expected());
  else
    cell.text = series.runs.empty() ? "not planned" : fmt::format("{} (0/{})", to_string(series.state()), series.expected());
  return cell;
}

Cell compact_cell(const Metric& metric, const std::vector<double>& values) {
  const auto mean = values.empty() ? std::nullopt : std::optional(stats::mean(values));
  const auto sd = deviation(values);
  return {shown(metric, mean) + (sd ? "±" + shown_deviation(metric, sd) : ""),
          {json_number(in_unit(metric, mean)), json_number(in_unit(metric, sd)), values.size(), values.size(),
           values.empty() ? Json() : Json("done")}};
}

Column mean_interval_column(const Metric& metric) { return {"95% interval", metric.unit, Direction::kNone, {"low", "high"}}; }

Cell mean_interval_cell(const Metric& metric, const std::vector<double>& values) {
  const auto interval = stats::t_interval(values);
  const bool defined = interval.defined();
  return {defined ? fmt::format("[{}, {}]", shown(metric, interval.low), shown(metric, interval.high)) : "n/a",
          {json_number(in_unit(metric, interval.low)), json_number(in_unit(metric, interval.high))}};
}

Cell said_cell(const std::string& text, const std::string& status, std::size_t n) {
  return {text, {nullptr, nullptr, nullptr, n, status}};
}

Cell said_summary(const std::string& text) { return {text, {nullptr, nullptr, 0, 0, "none"}}; }

Cell difference_cell(const Metric& metric, const Series& series, const Series& reference) {
  if (series.jobs == reference.jobs || series.runs.empty() || reference.runs.empty()) return said_cell("-", "reference");
  if (series.seeds() != reference.seeds()) return said_cell("not seed-matched", "not seed-matched");
  std::vector<double> ours, theirs;
  const auto others = reference.accuracies();
  for (const auto& [seed, accuracy] : series.accuracies()) {
    if (!others.contains(seed)) continue;
    ours.push_back(accuracy);
    theirs.push_back(others.at(seed));
  }
  if (ours.empty()) return said_cell("n/a", "no shared seed is done");
  const auto d = stats::paired_difference(ours, theirs);
  auto text = shown(metric, d.mean);
  text +=
      d.interval.defined() ? fmt::format(" [{}, {}]", shown(metric, d.interval.low), shown(metric, d.interval.high)) : " [n/a]";
  if (d.count < series.expected()) text += fmt::format(" (n={})", d.count);
  return {text,
          {json_number(in_unit(metric, d.mean)), json_number(in_unit(metric, d.interval.low)),
           json_number(in_unit(metric, d.interval.high)), d.count, "done"}};
}

std::string selection_note(const std::string& select) {
  const auto rule = select == "last"       ? std::string("the last epoch")
                    : select == "best_val" ? std::string("the epoch with the best validation accuracy")
                                           : "rule '" + select + "'";
  return fmt::format(
      "Every number is of the checkpoint of {} (select = \"{}\"), on the test split; no checkpoint was chosen on it.", rule,
      select);
}

}  // namespace kdbench::inline leaderboard::boards
