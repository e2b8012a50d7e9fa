/// The sensitivity board's data: accuracy and teacher's ECE along an axis, and what is computed of them.
#pragma once
#include <kdbench/leaderboard/view.h>
#include <kdbench/stats/bootstrap.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace kdbench::boards {

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
std::vector<CurveGroup> make_curves(View& view, const std::string& study);

/// An estimate; the interval only where more than one seed (or point) allows one.
struct Estimate {
  std::optional<double> value, low, high, p;
};

/// What one curve says about a method. Fractions; correlations in [-1, 1].
struct Sensitivity {
  std::vector<std::int64_t> seeds;    ///< those that are done at every value: the only ones used
  std::size_t expected_seeds = 0;
  std::vector<double> values;         ///< of the axis
  std::vector<double> accuracy, ece;  ///< means over `seeds`; ece is empty where the method has no teacher
  Estimate spearman, slope;
  std::optional<double> spearman_axis, kendall, range, regret, best_value, best_ece;
  std::vector<std::optional<double>> per_seed_spearman;  ///< parallel to seeds
};

/// The resampling that analyse() uses; its text() belongs on the board.
stats::BootstrapOptions bootstrap_options(const BoardOptions& options);

Sensitivity analyse(const Curve& curve, const BoardOptions& options);

}  // namespace kdbench::boards
