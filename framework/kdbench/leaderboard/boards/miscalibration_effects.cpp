/// What accuracy goes with: slopes along each calibrator, partial R^2 over all arms, rank correlations over teachers.
#include <kdbench/leaderboard/boards/miscalibration_board.h>

#include <kdbench/leaderboard/model/axis_statistics.h>
#include <kdbench/leaderboard/model/cells.h>
#include <kdbench/stats/describe/block_regression.h>

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace kdbench::inline leaderboard::boards {
namespace {

constexpr double kEffectLevel = 0.05;
constexpr std::size_t kLeastStrengths = 2, kLeastTeachers = 3;

/// Seeds at which every arm is done and has the number.
std::vector<std::int64_t> measured_seeds(const std::vector<const Arm*>& arms, const NumberOf& number) {
  std::map<std::int64_t, std::size_t> found;
  for (const auto* arm : arms) {
    for (const auto& [seed, run] : arm->series.runs) found[seed] += run->done() && number(*run) ? 1 : 0;
  }
  std::vector<std::int64_t> out;
  for (const auto& [seed, count] : found) {
    if (count == arms.size()) out.push_back(seed);
  }
  return out;
}

Grid arm_grid(const std::vector<const Arm*>& arms, const NumberOf& number) {
  Grid grid;
  for (const auto seed : measured_seeds(arms, number)) {
    auto& accuracy = grid.accuracy.emplace_back();
    auto& x = grid.ece.emplace_back();
    for (const auto* arm : arms) {
      const auto* run = arm->series.runs.at(seed);
      accuracy.push_back(*run->accuracy);
      x.push_back(*number(*run));
    }
  }
  return grid;
}

/// The strengths of every calibrator that has several, at the recipe's learning rate.
std::map<std::string, std::vector<const Arm*>> families_of_strengths(const ArmGroup& group) {
  std::map<std::string, std::vector<const Arm*>> out;
  for (const auto& arm : group.arms) {
    if (!arm.matched && !arm.family.empty()) out[arm.family].push_back(&arm);
  }
  return out;
}

Column effect_column(const Metric& metric, const std::string& title) {
  return {title, metric.unit, metric.direction, {"value", "low", "high", "p"}};
}

/// "+0.50 [-1.20, +2.20]", with "ns" where a test finds nothing.
Cell effect_cell(const Metric& metric, const Estimate& e) {
  std::string text = "n/a";
  if (e.value) {
    const auto interval = e.low && e.high ? fmt::format("[{}, {}]", shown(metric, e.low), shown(metric, e.high)) : "[n/a]";
    text = fmt::format("{} {}{}", shown(metric, e.value), interval, e.p && *e.p >= kEffectLevel ? " ns" : "");
  }
  return {text,
          {json_number(in_unit(metric, e.value)), json_number(in_unit(metric, e.low)), json_number(in_unit(metric, e.high)),
           json_number(e.p)}};
}

/// What the slopes are taken on.
struct SlopeOn {
  const char* title;
  TaughtRows rows;
  const char* key;
};
constexpr SlopeOn kSlopes[] = {{"per ECE (test)", TaughtRows::kTest, "ece"},
                               {"per gap (test)", TaughtRows::kTest, "signed_gap"},
                               {"per ECE (training)", TaughtRows::kTraining, "ece"},
                               {"per gap (training)", TaughtRows::kTraining, "signed_gap"}};

/// Rows of all arms at all seeds that have every number.
struct Observations {
  std::vector<double> accuracy;
  std::vector<std::vector<double>> columns;
  std::vector<std::int64_t> seeds;
  std::size_t left_out = 0;
};

Observations observations_of(const ArmGroup& group, const std::vector<ArmRegressor>& regressors) {
  Observations out;
  out.columns.resize(regressors.size());
  for (const auto& arm : group.arms) {
    for (const auto& [seed, run] : arm.series.runs) {
      std::vector<double> numbers;
      for (const auto& regressor : regressors) {
        const auto value = run->done() ? regressor.of(*run) : std::nullopt;
        if (value) numbers.push_back(*value);
      }
      if (!run->done() || numbers.size() != regressors.size()) {
        ++out.left_out;
        continue;
      }
      out.accuracy.push_back(*run->accuracy);
      out.seeds.push_back(seed);
      for (std::size_t i = 0; i < numbers.size(); ++i) out.columns[i].push_back(numbers[i]);
    }
  }
  return out;
}

/// "12.3 (-, p 0.004, VIF 8.1)", the sign being that of its coefficient; or why it has no number.
Cell regressor_cell(const stats::Regressor& r) {
  const auto& partial = metric("partial_r2");
  const auto told = [&](const std::string& text, const char* status) {
    return Cell{text,
                {json_number(in_unit(partial, finite(r.partial_r2))), json_number(finite(r.p)),
                 json_number(finite(r.coefficient)), json_number(finite(r.inflation)), status}};
  };
  if (r.state == stats::RegressorState::kConstant) return told("constant", "constant");
  if (r.state == stats::RegressorState::kCollinear) return told("collinear", "collinear");
  if (!finite(r.partial_r2)) return told("n/a", "n/a");
  return told(fmt::format("{} ({}, p {}, VIF {:.1f})", shown(partial, r.partial_r2), r.coefficient < 0 ? "-" : "+",
                          shown(metric("test_p"), r.p), r.inflation),
              "used");
}

/// Regressors that some run of the group has; the others were not measured.
std::vector<ArmRegressor> measured_regressors(const ArmGroup& group, const std::vector<ArmRegressor>& all) {
  std::vector<ArmRegressor> out;
  std::copy_if(all.begin(), all.end(), std::back_inserter(out), [&](const ArmRegressor& regressor) {
    return std::any_of(group.arms.begin(), group.arms.end(),
                       [&](const Arm& arm) { return series_mean(arm.series, regressor.of).has_value(); });
  });
  return out;
}

Row partial_row(const ArmGroup& group, const std::vector<ArmRegressor>& all, std::size_t& left_out) {
  const auto regressors = measured_regressors(group, all);
  const auto seen = observations_of(group, regressors);
  const auto r = stats::regress_within_blocks(seen.accuracy, seen.columns, seen.seeds);
  left_out += seen.left_out;
  Row row{group_cells(group)};
  row.cells.push_back({fmt::format("{}", r.count), {r.count}});
  row.cells.push_back({fmt::format("{}", r.blocks), {r.blocks}});
  row.cells.push_back(number_cell(metric("within_r2"), r.r2));
  std::size_t next = 0;
  for (const auto& regressor : all) {
    const bool is_measured = next < regressors.size() && regressors[next].title == regressor.title;
    row.cells.push_back(is_measured ? regressor_cell(r.regressors[next++])
                                    : Cell{"not measured", {nullptr, nullptr, nullptr, nullptr, "not measured"}});
  }
  return row;
}

}  // namespace

Table arm_slopes_table(const ArmBoard& board) {
  Table table;
  table.title = board.title("slopes along each calibrator");
  table.columns = group_columns();
  table.columns.insert(table.columns.begin(), text_column("calibrator", true));
  table.columns.push_back({"seeds", "", Direction::kNone, {"n"}});
  for (const auto& on : kSlopes) table.columns.push_back(effect_column(metric("slope"), on.title));
  std::set<std::string> short_ones;
  for (const auto& group : board.groups) {
    for (const auto& [family, arms] : families_of_strengths(group)) {
      if (arms.size() < kLeastStrengths) {
        short_ones.insert(family);
        continue;
      }
      Row row{group_cells(group)};
      row.cells.insert(row.cells.begin(), text_cell(family));
      const auto seeds = measured_seeds(arms, taught_number(TaughtRows::kTest, "ece")).size();
      row.cells.push_back({fmt::format("{}", seeds), {seeds}});
      for (const auto& on : kSlopes) {
        const auto grid = arm_grid(arms, taught_number(on.rows, on.key));
        row.cells.push_back(effect_cell(metric("slope"), slope_over_seeds(grid, kLeastStrengths)));
      }
      table.rows.push_back(std::move(row));
    }
  }
  table.notes = {
      "Points of accuracy for a point of the teacher's ECE, or of confidence - accuracy: least squares over the strengths of the "
      "calibrator at the recipe's learning rate, for each seed; mean of the seeds' slopes [95% t interval]. Only seeds at which "
      "all "
      "strengths are done. n/a where the measure does not differ."};
  for (const auto& family : short_ones)
    table.notes.push_back(fmt::format("{}: no slope of fewer than {} strengths.", family, kLeastStrengths));
  return table;
}

Table partial_r2_table(const ArmBoard& board) {
  const auto regressors = arm_regressors();
  Table table;
  table.title = board.title("what accuracy goes with, the others given");
  table.columns = group_columns();
  table.columns.push_back({"runs", "", Direction::kNone, {"n"}});
  table.columns.push_back({"seeds", "", Direction::kNone, {"n"}});
  table.columns.push_back(number_column(metric("within_r2")));
  for (const auto& regressor : regressors) {
    table.columns.push_back({regressor.title,
                             metric("partial_r2").unit,
                             Direction::kNone,
                             {"partial_r2", "p", "coefficient", "inflation", "status"}});
  }
  std::size_t left_out = 0;
  for (const auto& group : board.groups) table.rows.push_back(partial_row(group, regressors, left_out));
  table.notes = {
      "Partial R² of the students' accuracy on the teacher as taught, over all arms and seeds with an effect of each seed: the "
      "share that "
      "the regressor tells of what the others leave. In brackets the sign of its coefficient, p of its t test, and VIF: how many "
      "times its "
      "variance is inflated by what the others tell of it. R²: of all together, within seeds.",
      "ln ‖g₀‖: of the first step, a matched learning rate counted in. Constant: the same for all arms of each seed. Collinear: "
      "a "
      "combination of those before it, and left out: what goes with it goes with them."};
  if (left_out > 0)
    table.notes.push_back(fmt::format("{} runs are left out: not done, or without one of the numbers.", left_out));
  return table;
}

Table over_teachers_table(const ArmBoard& board, TaughtRows rows, const BoardOptions& options) {
  const auto& spearman = metric("spearman_ece");
  Table table;
  table.title = board.title(fmt::format("accuracy against each measure of the teacher, on {} rows", rows_name(rows)));
  table.columns = group_columns();
  table.columns.push_back({"teachers", "", Direction::kNone, {"n"}});
  for (const auto* key : taught_metrics()) table.columns.push_back(effect_column(spearman, metric(key).title));
  for (const auto& group : board.groups) {
    std::vector<const Arm*> arms;
    std::vector<double> places;
    for (const auto& arm : group.arms) {
      arms.push_back(&arm);
      places.push_back(static_cast<double>(places.size()));
    }
    Row row{group_cells(group)};
    row.cells.push_back({fmt::format("{}", arms.size()), {arms.size()}});
    for (const auto* key : taught_metrics())
      row.cells.push_back(
          effect_cell(spearman, statistics_of(places, arm_grid(arms, taught_number(rows, key)), options).spearman));
    table.rows.push_back(std::move(row));
  }
  table.notes = {
      fmt::format(
          "Spearman's rank correlation over teachers, of mean accuracy over seeds and the teacher's mean, in %; ns: p >= 0.05 by "
          "permutation of the teachers. Fewer than {} teachers have none. Only seeds at which all teachers have students.",
          kLeastTeachers),
      fmt::format("Intervals: 95%, over seeds, from {} seeds on: {}, widened for few seeds.", kLeastSeedsForInterval,
                  bootstrap_options(options).text())};
  return table;
}

}  // namespace kdbench::inline leaderboard::boards
