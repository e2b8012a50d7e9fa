#include <kdbench/cli/tables/probe_beside_trained.h>

#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/correlation/intervals.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

namespace kdbench::inline cli {
namespace {

constexpr const char* kAxis = "teacher_temperature";
constexpr std::size_t kOrders = 9999;

/// Study, data set, teacher, student, strategy and method.
using MethodKey = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;

struct BesideRow {
  MethodKey key;
  std::optional<double> turn, growth, spread;
  std::string reason;  ///< why a number is missing
};

/// Gradients are sums of floats: what differs by less is their rounding, which ranks must not see.
double to_six_decimals(double value) { return std::round(value * 1e6) / 1e6; }

std::optional<double> largest_turn(const ProbedMethod& probed) {
  if (probed.cosine.empty()) return std::nullopt;
  return to_six_decimals(1 - *std::min_element(probed.cosine.begin(), probed.cosine.end()));
}

std::optional<double> largest_growth(const ProbedMethod& probed) {
  std::optional<double> out;
  for (const double ratio : probed.norm_ratio) {
    if (ratio > 0) out = std::max(out.value_or(0), to_six_decimals(std::abs(std::log(ratio))));
  }
  return out;
}

/// Along the axis: position and mean accuracy, or nothing where a run is not done.
using MeansAlong = std::map<double, std::optional<double>>;

std::map<MethodKey, MeansAlong> means_of(const std::vector<Point>& points) {
  std::map<MethodKey, MeansAlong> out;
  for (const auto& p : points) {
    if (p.axis != kAxis) continue;
    std::vector<double> accuracies;
    for (const auto& run : p.runs) accuracies.push_back(run.accuracy);
    const bool whole = !accuracies.empty() && static_cast<std::int64_t>(accuracies.size()) == p.expected;
    out[{p.study, p.dataset, p.teacher, p.student, p.strategy, p.method}][p.value] =
        whole ? std::optional(stats::mean(accuracies)) : std::nullopt;
  }
  return out;
}

std::optional<double> spread_of(const MeansAlong& means) {
  double lowest = 1, highest = 0;
  for (const auto& [value, mean] : means) {
    if (!mean) return std::nullopt;
    lowest = std::min(lowest, *mean);
    highest = std::max(highest, *mean);
  }
  return without_rounding(highest - lowest);
}

BesideRow beside_row(const MethodKey& key, const MeansAlong& means, const ProbeAnswer& answer) {
  BesideRow row{.key = key, .turn = {}, .growth = {}, .spread = spread_of(means), .reason = ""};
  const auto& method = std::get<5>(key);
  const auto label = fmt::format("{} at {}=1", method, kAxis);
  const auto probed = std::find_if(answer.methods.begin(), answer.methods.end(), [&](const ProbedMethod& m) {
    return m.method == label && MethodKey{m.study, m.dataset, m.teacher, m.student, m.strategy, method} == key;
  });
  if (probed == answer.methods.end()) {
    row.reason = "1 is not among the study's values";
    return row;
  }
  row.turn = largest_turn(*probed);
  row.growth = largest_growth(*probed);
  row.reason = !row.spread ? "not all of its runs are done" : probed->reason;
  return row;
}

Table beside_table(const std::vector<BesideRow>& rows, const Metric& turn, const Metric& growth) {
  Table table;
  table.title = fmt::format("Gradient beside trained accuracy along {}", kAxis);
  table.columns = {boards::text_column("study", true),
                   boards::text_column("pair", true),
                   boards::text_column("strategy", true),
                   boards::text_column("method", true),
                   boards::number_column(turn),
                   boards::number_column(growth),
                   boards::number_column(metric("spread"), "trained spread"),
                   boards::text_column("without")};
  for (const auto& row : rows) {
    const auto& [study, dataset, teacher, student, strategy, method] = row.key;
    table.rows.push_back({{boards::text_cell(study), boards::text_cell(dataset + ", " + boards::pair_text(teacher, student)),
                           boards::text_cell(strategy), boards::text_cell(method), boards::number_cell(turn, row.turn),
                           boards::number_cell(growth, row.growth), boards::number_cell(metric("spread"), row.spread),
                           boards::text_cell(row.reason)}});
  }
  table.notes = {
      "Turn: 1 - the lowest cosine with the gradient at T=1 over the temperatures probed. Growth: the largest |ln| of the "
      "ratio of norms. Trained spread: best minus worst mean accuracy over seeds along the study's values."};
  return table;
}

Row correlation_row(const std::string& name, const std::vector<BesideRow>& rows, std::optional<double> BesideRow::*of) {
  std::vector<double> x, y;
  for (const auto& row : rows) {
    if (!(row.*of) || !row.spread) continue;
    x.push_back(*(row.*of));
    y.push_back(*row.spread);
  }
  const stats::BootstrapOptions resampling;
  const auto& rank = metric("spearman_axis");
  const auto value = stats::spearman(x, y).value;
  const auto p = stats::spearman_permutation_p(x, y, kOrders, resampling.seed);
  const auto interval = stats::spearman_interval(x, y, resampling);
  const auto low = finite(interval.low), high = finite(interval.high);
  const auto text = low && high ? fmt::format("[{}, {}]", shown(rank, low), shown(rank, high)) : std::string("n/a");
  return {{boards::text_cell(name),
           {fmt::format("{}", x.size()), {x.size()}},
           boards::number_cell(rank, finite(value)),
           {text, {boards::json_number(in_unit(rank, low)), boards::json_number(in_unit(rank, high))}},
           boards::number_cell(metric("p"), finite(p))}};
}

}  // namespace

std::vector<Table> probe_beside_trained(const ProbeAnswer& answer, const std::vector<Point>& points) {
  const Metric turn{.key = "gradient_turn", .title = "turn", .unit = "", .decimals = 3};
  const Metric growth{.key = "gradient_growth", .title = "growth", .unit = "", .decimals = 3};
  std::vector<BesideRow> rows;
  for (const auto& [key, means] : means_of(points)) rows.push_back(beside_row(key, means, answer));
  auto table = beside_table(rows, turn, growth);
  if (rows.empty()) {
    table.notes = {
        fmt::format("No study of the suite trains along {}: write one of kind \"sensitivity\" with 1 among its values.", kAxis)};
    return {table};
  }
  Table ranks;
  ranks.title = "Does the probe predict it? Rank correlation over methods with the trained spread";
  ranks.columns = {boards::text_column("of the gradient", true),
                   {"n", "", Direction::kNone, {"value"}},
                   boards::number_column(metric("spearman_axis"), "Spearman"),
                   {"95% interval", "%", Direction::kNone, {"low", "high"}},
                   boards::number_column(metric("p"))};
  ranks.rows = {correlation_row("turn", rows, &BesideRow::turn), correlation_row("growth", rows, &BesideRow::growth)};
  ranks.notes = {
      fmt::format("Over methods, not runs: interval by {}, p by permutation of the methods.", stats::BootstrapOptions().text()),
      "Noise alone gives a spread: where seeds are few, methods that nothing moves are ranked by chance."};
  return {std::move(table), std::move(ranks)};
}

}  // namespace kdbench::inline cli
