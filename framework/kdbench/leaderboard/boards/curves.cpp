/// Gathers curves, and takes their statistics over the seeds that have the whole curve.
#include <kdbench/leaderboard/boards/curves.h>

#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/leaderboard/model/natural_order.h>

#include <cmath>

namespace kdbench::inline leaderboard::boards {
namespace {

std::vector<std::int64_t> whole_seeds(const Curve& curve) {
  std::map<std::int64_t, std::size_t> done;
  for (const auto& [value, series] : curve.points) {
    for (const auto& [seed, accuracy] : series.accuracies()) ++done[seed];
  }
  std::vector<std::int64_t> out;
  for (const auto& [seed, count] : done) {
    if (count == curve.points.size()) out.push_back(seed);
  }
  return out;
}

std::size_t expected_seeds(const Curve& curve) {
  std::set<std::int64_t> seeds;
  for (const auto& [value, series] : curve.points) {
    for (const auto& [seed, run] : series.runs) seeds.insert(seed);
  }
  return seeds.size();
}

Grid grid_of(const Curve& curve, const std::vector<std::int64_t>& seeds, TaughtNumber against) {
  Grid grid;
  bool taught = true;
  for (const auto seed : seeds) {
    auto& accuracy = grid.accuracy.emplace_back();
    auto& ece = grid.ece.emplace_back();
    for (const auto& [value, series] : curve.points) {
      const auto* run = series.runs.at(seed);
      accuracy.push_back(*run->accuracy);
      const auto number = against(*run);
      ece.push_back(number.value_or(NAN));
      taught = taught && number.has_value();
    }
  }
  if (!taught) grid.ece.clear();
  return grid;
}

std::optional<double> test_floor(const Outcome& run) { return run.taught_ece_floor; }

/// A number of the teacher by seed at one value, as one method was taught.
std::map<std::int64_t, double> taught_numbers(const Series& series, TaughtNumber number_of) {
  std::map<std::int64_t, double> out;
  for (const auto& [seed, run] : series.runs) {
    const auto number = run->done() ? number_of(*run) : std::nullopt;
    if (number) out[seed] = *number;
  }
  return out;
}

/// What is known already stays: of the training rows methods may have seen different epochs.
void add_numbers(const Curve& curve, TaughtNumber number_of, AlongAxis& into) {
  for (const auto& [value, series] : curve.points) into[value].merge(taught_numbers(series, number_of));
}

/// True if the row says nothing else of what taught this method.
bool agrees(const EceRow& row, const Curve& curve) {
  for (const auto& [value, series] : curve.points) {
    const auto mine = row.points.find(value);
    if (mine == row.points.end()) continue;
    for (const auto& [seed, ece] : taught_numbers(series, test_ece)) {
      const auto known = mine->second.find(seed);
      if (known != mine->second.end() && known->second != ece) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<double> test_ece(const Outcome& run) { return run.taught_ece; }
std::optional<double> training_ece(const Outcome& run) {
  return run.taught.training ? finite(run.taught.training->ece) : std::nullopt;
}
std::optional<double> training_gap(const Outcome& run) {
  return run.taught.training ? finite(run.taught.training->signed_gap()) : std::nullopt;
}

std::vector<EceRow> ece_rows(const CurveGroup& group) {
  std::vector<EceRow> rows;
  for (const auto& curve : group.curves) {
    std::size_t i = 0;
    while (i < rows.size() && !agrees(rows[i], curve)) ++i;
    if (i == rows.size()) rows.emplace_back();
    rows[i].methods.push_back(curve.method);
    add_numbers(curve, test_ece, rows[i].points);
    add_numbers(curve, test_floor, rows[i].floors);
    add_numbers(curve, training_ece, rows[i].training_ece);
    add_numbers(curve, training_gap, rows[i].training_gap);
  }
  return rows;
}

std::vector<CurveGroup> make_curves(PlanResults& results, const std::string& study) {
  struct Gathered {
    CurveGroup group;
    std::map<std::vector<std::string>, Curve, NaturalListLess> curves;
  };
  std::map<std::vector<std::string>, Gathered, NaturalListLess> groups;
  std::set<std::string> strategies;
  for (const auto* p : results.placements(study)) {
    if (p->kind != StudyKind::kSensitivity || p->role == Role::kTeacher) continue;
    strategies.insert(p->strategy);
    auto& [group, curves] = groups[{p->dataset, pair_text(p->teacher, p->student), p->strategy}];
    group = {study, p->dataset, p->teacher, p->student, p->strategy, p->axis, {}, std::move(group.alone), false};
    if (p->role == Role::kAlone) {
      results.add(group.alone, *p);
      continue;
    }
    auto& curve = curves[{p->method, p->convention}];
    curve.method = p->method;
    curve.convention = p->convention;
    results.add(curve.points[p->value], *p);
  }
  std::vector<CurveGroup> out;
  for (auto& [key, gathered] : groups) {
    for (auto& [label, curve] : gathered.curves) gathered.group.curves.push_back(std::move(curve));
    gathered.group.several_strategies = strategies.size() > 1;
    out.push_back(std::move(gathered.group));
  }
  return out;
}

Sensitivity analyse(const Curve& curve, const BoardOptions& options, TaughtNumber against) {
  const auto seeds = whole_seeds(curve);
  std::vector<double> values;
  for (const auto& [value, series] : curve.points) values.push_back(value);
  return {statistics_of(values, grid_of(curve, seeds, against), options), seeds, expected_seeds(curve), values};
}

}  // namespace kdbench::inline leaderboard::boards
