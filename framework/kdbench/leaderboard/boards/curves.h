/// The sensitivity board's data: accuracy and teacher's ECE along an axis, and what is computed of them.
#pragma once
#include <kdbench/leaderboard/model/axis_statistics.h>
#include <kdbench/leaderboard/model/plan_results.h>

#include <cstdint>
#include <map>
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

/// The teacher's ECE by seed along the axis, for the methods that were taught the same: the usual study has one such row.
struct EceRow {
  std::vector<std::string> methods;
  std::map<double, std::map<std::int64_t, double>> points;  ///< axis value -> fraction by seed
};

std::vector<EceRow> ece_rows(const CurveGroup& group);

/// What one curve says about a method.
struct Sensitivity : AxisStatistics {
  std::vector<std::int64_t> seeds;  ///< those that are done at every value: the only ones used
  std::size_t expected_seeds = 0;
  std::vector<double> values;  ///< of the axis
};

Sensitivity analyse(const Curve& curve, const BoardOptions& options);

}  // namespace kdbench::inline leaderboard::boards
