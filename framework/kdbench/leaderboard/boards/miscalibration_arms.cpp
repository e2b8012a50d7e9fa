#include <kdbench/leaderboard/boards/miscalibration_arms.h>

#include <kdbench/leaderboard/model/ece_marks.h>
#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/leaderboard/model/natural_order.h>
#include <kdbench/stats/describe/summary.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

namespace kdbench::inline leaderboard::boards {
namespace {

constexpr const char* kAsItIs = "as it is";

/// The order of arms and of groups.
struct ArmKey {
  bool matched = false;
  std::vector<std::string> names;  ///< family, arm
  bool operator<(const ArmKey& other) const {
    if (matched != other.matched) return other.matched;
    return NaturalListLess()(names, other.names);
  }
};
struct GroupKey {
  std::string loss;
  double student_tau = 1;
  std::int64_t budget = 1;
  bool operator<(const GroupKey& other) const {
    if (loss != other.loss) return NaturalLess()(loss, other.loss);
    return std::tie(student_tau, budget) < std::tie(other.student_tau, other.budget);
  }
};
struct GatheredArms {
  ArmBoard board;
  std::map<GroupKey, std::map<ArmKey, Arm>> groups;
};

bool is_over_teachers(const std::vector<const Placement*>& placements) {
  return std::none_of(placements.begin(), placements.end(), [](const auto* p) { return p->arm && !p->arm->family.empty(); });
}

std::string arm_name(const Placement& p, bool over_teachers, bool several_strategies) {
  if (over_teachers) return several_strategies ? fmt::format("{} ({})", p.teacher, p.strategy) : p.teacher;
  return p.calibrator.empty() ? kAsItIs : p.calibrator;
}

std::string networks_of(const Placement& p, bool over_teachers, bool several_strategies) {
  if (over_teachers) return p.student;
  return pair_text(p.teacher, p.student) + (several_strategies ? " (" + p.strategy + ")" : "");
}

/// The metric of any rows; of those that only checkpoints are asked for, as of a checkpoint with these rows.
std::optional<double> number_of(const Metric& metric, const CalibrationMetrics& metrics) {
  if (metric.of_rows != nullptr) return metric.of_rows(metrics);
  CheckpointRecord checkpoint;
  checkpoint.test.metrics = metrics;
  return metric.of(checkpoint);
}

/// Twice the learning rate makes a step twice as long, as twice the gradient does.
std::optional<double> log_of_first_step(const Outcome& run) {
  if (!run.first_gradient_norm) return std::nullopt;
  return finite(std::log(*run.first_gradient_norm * run.rate_factor.value_or(1.0)));
}

}  // namespace

const Arm* ArmGroup::reference() const {
  return arms.empty() || !arms.front().family.empty() || arms.front().name != kAsItIs ? nullptr : &arms.front();
}

const Arm* ArmGroup::find(const std::string& its_family, const std::string& its_name, bool is_matched) const {
  const auto at = std::find_if(arms.begin(), arms.end(), [&](const Arm& arm) {
    return arm.matched == is_matched && arm.family == its_family && arm.name == its_name;
  });
  return at == arms.end() ? nullptr : &*at;
}

std::string ArmGroup::text() const { return fmt::format("{}, tau {}, x{}", loss, student_tau, budget); }

std::string ArmBoard::title(const std::string& what) const {
  return fmt::format("Study {} on {}, {}: {}", study, dataset, networks, what);
}

std::vector<ArmBoard> gather_arms(PlanResults& results, const std::string& study) {
  const auto placements = results.placements(study);
  const bool over_teachers = is_over_teachers(placements);
  std::set<std::string> strategies;
  for (const auto* p : placements) strategies.insert(p->strategy);
  std::map<std::vector<std::string>, GatheredArms, NaturalListLess> gathered;
  for (const auto* p : placements) {
    if (!p->arm || (p->role != Role::kMethod && p->role != Role::kAlone)) continue;
    const auto networks = networks_of(*p, over_teachers, strategies.size() > 1);
    auto& [board, groups] = gathered[{p->dataset, networks}];
    board.study = study;
    board.dataset = p->dataset;
    board.networks = networks;
    board.over_teachers = over_teachers;
    if (p->role == Role::kAlone) {
      results.add(board.alone[p->arm->budget], *p);
      continue;
    }
    const auto name = arm_name(*p, over_teachers, strategies.size() > 1);
    auto& arm = groups[{p->arm->loss, p->arm->student_tau, p->arm->budget}][{p->arm->matched, {p->arm->family, name}}];
    arm.name = name;
    arm.family = p->arm->family;
    arm.matched = p->arm->matched;
    results.add(arm.series, *p);
  }
  std::vector<ArmBoard> out;
  for (auto& [key, of] : gathered) {
    for (auto& [group, arms] : of.groups) {
      auto& added = of.board.groups.emplace_back(ArmGroup{group.loss, group.student_tau, group.budget, {}});
      for (auto& [arm_key, arm] : arms) added.arms.push_back(std::move(arm));
    }
    out.push_back(std::move(of.board));
  }
  return out;
}

NumberOf taught_number(TaughtRows rows, std::string_view key) {
  const auto* of = &metric(key);
  return [rows, of](const Outcome& run) -> std::optional<double> {
    const auto& taught = rows == TaughtRows::kTest ? run.taught.test : run.taught.training;
    const auto value = taught ? number_of(*of, *taught) : std::nullopt;
    return value ? finite(*value) : std::nullopt;
  };
}

const std::vector<const char*>& taught_metrics() {
  static const std::vector<const char*> keys = {"accuracy",     "mean_confidence", "signed_gap", "ece",
                                                "ece_floor_95", "classwise_ece",   "entropy",    "nll"};
  return keys;
}

std::vector<double> series_values(const Series& series, const NumberOf& number) {
  std::vector<double> out;
  for (const auto& [seed, run] : series.runs) {
    if (!run->done()) continue;
    if (const auto value = number(*run)) out.push_back(*value);
  }
  return out;
}

std::optional<double> series_mean(const Series& series, const NumberOf& number) {
  const auto values = series_values(series, number);
  return values.empty() ? std::nullopt : std::optional(stats::mean(values));
}

MeasuredArm first_measured(const ArmBoard& board, const Arm& arm, const NumberOf& number) {
  for (const auto& group : board.groups) {
    const auto* same = group.find(arm.family, arm.name, false);
    if (same != nullptr && series_mean(same->series, number)) return {&group, &same->series};
  }
  return {};
}

const Arm* calibrated_arm(const ArmBoard& board) {
  const auto ece = taught_number(TaughtRows::kTest, "ece"), floor = taught_number(TaughtRows::kTest, "ece_floor_95");
  const Arm* out = nullptr;
  double lowest = std::numeric_limits<double>::infinity();
  for (const auto& group : board.groups) {
    for (const auto& arm : group.arms) {
      const auto* series = arm.family.empty() || arm.matched ? nullptr : first_measured(board, arm, ece).series;
      if (series == nullptr) continue;
      const auto taught = floored_ece(series_values(*series, ece), series_values(*series, floor));
      if (!taught.floor || *taught.ece > *taught.floor || *taught.ece >= lowest) continue;
      lowest = *taught.ece;
      out = &arm;
    }
  }
  return out;
}

std::vector<ArmRegressor> arm_regressors(TaughtRows rows) {
  using enum TaughtRows;
  return {{"gap", taught_number(rows, "signed_gap")},
          {"classwise ECE", taught_number(rows, "classwise_ece")},
          {"NLL (training)", taught_number(kTraining, "nll")},
          {"entropy (training)", taught_number(kTraining, "entropy")},
          {"ln ‖g₀‖", log_of_first_step}};
}

}  // namespace kdbench::inline leaderboard::boards
