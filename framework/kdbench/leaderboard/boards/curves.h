/// The sensitivity board's data: accuracy and teacher's ECE along an axis, and what is computed of them.
#pragma once
#include <kdbench/leaderboard/model/axis_statistics.h>
#include <kdbench/leaderboard/model/plan_results.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline leaderboard::boards {

/// One method along the axis.
struct Curve {
  std::string method, convention;
  std::map<double, Series> points;  ///< axis value -> runs by seed
};

/// The curves that share a dataset, a pair and a strategy.
struct CurveGroup {
  std::string study, dataset, teacher, student, strategy, axis;
  std::vector<Curve> curves;  ///< in natural order of the labels
  Series alone;               ///< the student trained on labels
  bool several_strategies = false;
};

/// Gathers a sensitivity study, in natural order of dataset, pair and strategy.
std::vector<CurveGroup> make_curves(PlanResults& results, const std::string& study);

/// Axis value -> fraction by seed.
using AlongAxis = std::map<double, std::map<std::int64_t, double>>;

/// The teacher's ECE by seed along the axis, for the methods that were taught the same: the usual study has one such row.
struct EceRow {
  std::vector<std::string> methods;
  AlongAxis points = {};
  AlongAxis floors = {};                           ///< 95 % quantiles of the ECE's floor
  AlongAxis training_ece = {}, training_gap = {};  ///< on the training rows as the loss saw them; confidence minus accuracy
};

std::vector<EceRow> ece_rows(const CurveGroup& group);

/// What one curve says about a method.
struct Sensitivity : AxisStatistics {
  std::vector<std::int64_t> seeds;  ///< those that are done at every value: the only ones used
  std::size_t expected_seeds = 0;
  std::vector<double> values;  ///< of the axis
};

/// A number of the teacher that accuracy is set against.
using TaughtNumber = std::optional<double> (*)(const Outcome& run);
std::optional<double> test_ece(const Outcome& run);      ///< as taught, on the test rows
std::optional<double> training_ece(const Outcome& run);  ///< as taught, on the training rows as the loss saw them
std::optional<double> training_gap(const Outcome& run);  ///< there, confidence minus accuracy

/// @param against stands in the place of the teacher's ECE in all that is computed
Sensitivity analyse(const Curve& curve, const BoardOptions& options, TaughtNumber against = test_ece);

}  // namespace kdbench::inline leaderboard::boards
