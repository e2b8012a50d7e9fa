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
#include <string_view>

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

/// The strengths of every calibrator at the recipe's learning rate; the calibrated teacher, if any, is every other's strength 0.
std::map<std::string, std::vector<const Arm*>> families_of_strengths(const ArmGroup& group, const Arm* calibrated) {
  std::map<std::string, std::vector<const Arm*>> out;
  for (const auto& arm : group.arms) {
    if (!arm.matched && !arm.family.empty()) out[arm.family].push_back(&arm);
  }
  const auto* zero = calibrated == nullptr ? nullptr : group.find(calibrated->family, calibrated->name, false);
  for (auto& [family, arms] : out) {
    if (zero != nullptr && family != zero->family) arms.push_back(zero);
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

/// "12.3 (-, p 0.004, VIF 8.1)", the sign being that of the mean of the seeds' coefficients, "12.3 (n/a, VIF 8.1)" where seeds
/// have none; or why it has no number.
Cell regressor_cell(const stats::Regressor& r) {
  const auto& partial = metric("partial_r2");
  const auto told = [&](const std::string& text, const char* status) {
    return Cell{text,
                {json_number(in_unit(partial, finite(r.partial_r2))), json_number(finite(r.over_blocks.p)),
                 json_number(finite(r.over_blocks.mean)), json_number(finite(r.over_blocks.interval.low)),
                 json_number(finite(r.over_blocks.interval.high)), json_number(finite(r.inflation)), status}};
  };
  if (r.state == stats::RegressorState::kConstant) return told("constant", "constant");
  if (r.state == stats::RegressorState::kCollinear) return told("collinear", "collinear");
  if (!finite(r.partial_r2)) return told("n/a", "n/a");
  const auto& seeds = r.over_blocks;
  const auto effect = finite(seeds.mean)
                          ? fmt::format("{}, p {}", seeds.mean < 0 ? "-" : "+", shown(metric("test_p"), finite(seeds.p)))
                          : std::string("n/a");
  return told(fmt::format("{} ({}, VIF {:.1f})", shown(partial, r.partial_r2), effect, r.inflation), "used");
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

/// One regression, with gap and classwise ECE on those rows.
Row partial_row(const ArmGroup& group, TaughtRows rows, std::size_t& left_out) {
  const auto all = arm_regressors(rows);
  const auto regressors = measured_regressors(group, all);
  const auto seen = observations_of(group, regressors);
  const auto r = stats::regress_within_blocks(seen.accuracy, seen.columns, seen.seeds);
  left_out += seen.left_out;
  Row row{group_cells(group)};
  row.cells.push_back(text_cell(rows_name(rows)));
  row.cells.push_back({fmt::format("{}", r.count), {r.count}});
  row.cells.push_back({fmt::format("{}", r.blocks), {r.blocks}});
  row.cells.push_back(number_cell(metric("within_r2"), r.r2));
  std::size_t next = 0;
  for (const auto& regressor : all) {
    const bool is_measured = next < regressors.size() && regressors[next].title == regressor.title;
    row.cells.push_back(is_measured
                            ? regressor_cell(r.regressors[next++])
                            : Cell{"not measured", {nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, "not measured"}});
  }
  return row;
}

/// The measures of teachers but for the floor, which tells of the number of rows and of entropy, not of a miscalibration.
std::vector<const char*> correlated_metrics() {
  auto out = taught_metrics();
  std::erase_if(out, [](std::string_view key) { return key == "ece_floor_95"; });
  return out;
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
  const auto* calibrated = calibrated_arm(board);
  for (const auto& group : board.groups) {
    for (const auto& [family, arms] : families_of_strengths(group, calibrated)) {
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
  if (calibrated != nullptr)
    table.notes.push_back(
        fmt::format("{} stands for the calibrated teacher, as strength 0 of each other calibrator.", calibrated->name));
  for (const auto& family : short_ones)
    table.notes.push_back(fmt::format("{}: no slope of fewer than {} strengths.", family, kLeastStrengths));
  return table;
}

Table partial_r2_table(const ArmBoard& board) {
  using enum TaughtRows;
  Table table;
  table.title = board.title("what accuracy goes with, the others given");
  table.columns = group_columns();
  table.columns.push_back(text_column("rows", true));
  table.columns.push_back({"runs", "", Direction::kNone, {"n"}});
  table.columns.push_back({"seeds", "", Direction::kNone, {"n"}});
  table.columns.push_back(number_column(metric("within_r2")));
  for (const auto& regressor : arm_regressors(kTest)) {
    table.columns.push_back({regressor.title,
                             metric("partial_r2").unit,
                             Direction::kNone,
                             {"partial_r2", "p", "coefficient", "low", "high", "inflation", "status"}});
  }
  std::map<TaughtRows, std::size_t> left_out;
  for (const auto& group : board.groups) {
    for (const auto rows : {kTest, kTraining}) table.rows.push_back(partial_row(group, rows, left_out[rows]));
  }
  table.notes = {
      "Partial R² of the students' accuracy on the teacher as taught, over all arms and seeds with an effect of each seed: the "
      "share that the regressor tells of what the others leave. R²: of all together, within seeds. VIF: how many times the "
      "variance of its coefficient is inflated by what the others tell of it. They describe; arms of one seed are not "
      "independent.",
      "Sign and p: of its coefficients fitted for each seed alone, their mean and the t test over seeds, in JSON with the 95% t "
      "interval; n/a where some seed's arms are too few, or a regressor is constant or collinear there. Not corrected for their "
      "number.",
      "Rows: on which the teacher's gap and classwise ECE are measured. ln ‖g₀‖: of the first step, a matched learning rate "
      "counted in. Constant: the same for all arms of each seed. Collinear: a combination of those before it, and left out: what "
      "goes with it goes with them."};
  for (const auto& [rows, count] : left_out) {
    if (count > 0)
      table.notes.push_back(
          fmt::format("Of {} rows {} runs are left out: not done, or without one of the numbers.", rows_name(rows), count));
  }
  return table;
}

Table over_teachers_table(const ArmBoard& board, TaughtRows rows, const BoardOptions& options) {
  const auto& spearman = metric("spearman_ece");
  Table table;
  table.title = board.title(fmt::format("accuracy against each measure of the teacher, on {} rows", rows_name(rows)));
  table.columns = group_columns();
  table.columns.push_back({"teachers", "", Direction::kNone, {"n"}});
  for (const auto* key : correlated_metrics()) table.columns.push_back(effect_column(spearman, metric(key).title));
  for (const auto& group : board.groups) {
    std::vector<const Arm*> arms;
    std::vector<double> places;
    for (const auto& arm : group.arms) {
      arms.push_back(&arm);
      places.push_back(static_cast<double>(places.size()));
    }
    Row row{group_cells(group)};
    row.cells.push_back({fmt::format("{}", arms.size()), {arms.size()}});
    for (const auto* key : correlated_metrics())
      row.cells.push_back(
          effect_cell(spearman, statistics_of(places, arm_grid(arms, taught_number(rows, key)), options).spearman));
    table.rows.push_back(std::move(row));
  }
  table.notes = {
      fmt::format(
          "Spearman's rank correlation over teachers, of mean accuracy over seeds and the teacher's mean, in %; ns: p >= 0.05 by "
          "permutation of the teachers. Fewer than {} teachers have none. Only seeds at which all teachers have students. "
          "Neither p nor interval is corrected for the number of correlations.",
          kLeastTeachers),
      fmt::format("Intervals: 95%, over seeds, from {} seeds on: {}, widened for few seeds.", kLeastSeedsForInterval,
                  bootstrap_options(options).text())};
  return table;
}

}  // namespace kdbench::inline leaderboard::boards
