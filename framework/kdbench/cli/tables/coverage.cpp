/// Simulates studies whose truth is known, and asks the board's own statistics about them.
#include <kdbench/cli/tables/coverage.h>

#include <kdbench/cli/tables/number_columns.h>
#include <kdbench/leaderboard/model/axis_statistics.h>
#include <kdbench/stats/correlation/coefficients.h>
#include <kdbench/stats/describe/regression.h>
#include <kdbench/stats/describe/summary.h>
#include <kdbench/stats/random_index.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline cli {
namespace {

using boards::AxisStatistics;
using boards::Estimate;

/// The teacher's true ECE at the seven values, in points.
const std::vector<double> kTrueEce = {3, 5, 12, 25, 40, 52, 60};
/// How seeds differ, standard deviations: in points the level of a curve, each of its points, and the ECE of each; in points for
/// a point of ECE the slope. Those of the boards in docs/results are of this size.
constexpr double kLevelSd = 0.5, kPointSd = 0.6, kEceSd = 1, kSlopeSd = 0.01;
constexpr double kPoint = 0.01;  // as a fraction

/// One interval of the board, and what it should hold of a curve.
struct BoardInterval {
  const char* name;
  Estimate AxisStatistics::*estimate;
  double (*truth)(const std::vector<double>& accuracy);  ///< of accuracies in points
};

double true_spread(const std::vector<double>& accuracy) {
  const auto [low, high] = std::minmax_element(accuracy.begin(), accuracy.end());
  return (*high - *low) * kPoint;
}

double true_regret(const std::vector<double>& accuracy) {
  return (*std::max_element(accuracy.begin(), accuracy.end()) - stats::mean(accuracy)) * kPoint;
}

double true_slope(const std::vector<double>& accuracy) { return stats::fit_line(kTrueEce, accuracy).slope; }

double true_spearman(const std::vector<double>& accuracy) {
  const auto rho = stats::spearman_rho(kTrueEce, accuracy);
  return std::isnan(rho) ? 0 : rho;
}

const std::vector<BoardInterval> kIntervals = {{"slope", &AxisStatistics::slope, true_slope},
                                               {"Spearman(ECE, acc)", &AxisStatistics::spearman, true_spearman},
                                               {"spread", &AxisStatistics::spread, true_spread},
                                               {"regret", &AxisStatistics::regret, true_regret}};

boards::Grid simulated(const TrueCurve& truth, std::size_t seeds, stats::RandomIndex& random) {
  const auto middle = stats::mean(kTrueEce);
  boards::Grid grid;
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    const auto level = 70 + kLevelSd * random.normal(), tilt = kSlopeSd * random.normal();
    auto& accuracy = grid.accuracy.emplace_back();
    auto& ece = grid.ece.emplace_back();
    for (std::size_t i = 0; i < kTrueEce.size(); ++i) {
      const auto noise = kPointSd * random.normal();
      accuracy.push_back((level + truth.accuracy[i] + tilt * (kTrueEce[i] - middle) + noise) * kPoint);
      ece.push_back((kTrueEce[i] + kEceSd * random.normal()) * kPoint);
    }
  }
  return grid;
}

/// How many intervals there were, and how many of them held the truth.
struct Held {
  std::size_t there = 0, held = 0;
};

/// With the same noise for every curve and number of seeds.
std::vector<Held> held_of(const TrueCurve& truth, std::size_t seeds, const CoverageOptions& options) {
  std::vector<double> axis(kTrueEce.size());
  for (std::size_t i = 0; i < axis.size(); ++i) axis[i] = static_cast<double>(i);
  stats::RandomIndex random(options.random_seed);
  BoardOptions board;
  board.bootstrap_samples = options.bootstrap_samples;
  std::vector<Held> out(kIntervals.size());
  for (std::size_t replicate = 0; replicate < options.replicates; ++replicate) {
    const auto statistics = boards::statistics_of(axis, simulated(truth, seeds, random), board);
    for (std::size_t i = 0; i < kIntervals.size(); ++i) {
      const auto& estimate = statistics.*kIntervals[i].estimate;
      if (!estimate.low || !estimate.high) continue;
      constexpr double kRounding = 1e-9;
      const auto wanted = kIntervals[i].truth(truth.accuracy);
      ++out[i].there;
      out[i].held += *estimate.low <= wanted + kRounding && wanted <= *estimate.high + kRounding;
    }
  }
  return out;
}

Cell share_cell(const Held& held) {
  if (held.there == 0) return {"none", {nullptr}};
  const auto share = 100 * static_cast<double>(held.held) / static_cast<double>(held.there);
  return {fixed(share, 1), {share}};
}

}  // namespace

const std::vector<TrueCurve>& true_curves() {
  static const std::vector<TrueCurve> curves = {{"flat", {0, 0, 0, 0, 0, 0, 0}},
                                                {"falling", {0, -0.1, -0.45, -1.1, -1.85, -2.45, -2.85}},
                                                {"curved", {0, 0.6, 1, 0.6, -0.4, -1.4, -2.5}}};
  return curves;
}

Table coverage_table(const CoverageOptions& options) {
  Table table;
  table.title = "Intervals that hold the truth, of 95%";
  table.columns = {{"interval", "", Direction::kNone, {}, true}, {"truth", "", Direction::kNone, {}, true}};
  for (const auto& interval : kIntervals) {
    for (const auto& truth : true_curves()) table.rows.push_back({{{interval.name}, {truth.name}}});
  }
  for (const auto seeds : options.seeds) {
    table.columns.push_back({fmt::format("{} seeds", seeds), "%", Direction::kNone, {"value"}});
    for (std::size_t t = 0; t < true_curves().size(); ++t) {
      const auto held = held_of(true_curves()[t], seeds, options);
      for (std::size_t i = 0; i < held.size(); ++i) table.rows[i * true_curves().size() + t].cells.push_back(share_cell(held[i]));
    }
  }
  table.notes = {
      fmt::format(
          "Of {} simulated studies each, with {} resamples and random seed {}; a share of 95 % has a standard error of {:.1f} "
          "points. none: the board prints no interval.",
          options.replicates, options.bootstrap_samples, options.random_seed,
          100 * std::sqrt(0.95 * 0.05 / static_cast<double>(options.replicates))),
      fmt::format(
          "Seven values with the teacher's ECE at 3 to 60 %. Seeds differ in level (sd {} points), in slope ({}), at every value "
          "({} points), and in the teacher's ECE ({} points).",
          kLevelSd, kSlopeSd, kPointSd, kEceSd),
      "A flat curve has no rank correlation; its interval should hold 0. Its spread and regret are 0."};
  return table;
}

}  // namespace kdbench::inline cli
