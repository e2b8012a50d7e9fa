/// Gathers curves, and takes their statistics over the seeds that have the whole curve.
#include <kdbench/leaderboard/boards/curves.h>

#include <algorithm>
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

Grid grid_of(const Curve& curve, const std::vector<std::int64_t>& seeds) {
  Grid grid;
  bool taught = true;
  for (const auto seed : seeds) {
    auto& accuracy = grid.accuracy.emplace_back();
    auto& ece = grid.ece.emplace_back();
    for (const auto& [value, series] : curve.points) {
      const auto* run = series.runs.at(seed);
      accuracy.push_back(*run->accuracy);
      ece.push_back(run->taught_ece.value_or(NAN));
      taught = taught && run->taught_ece.has_value();
    }
  }
  if (!taught) grid.ece.clear();
  return grid;
}

/// Keys in natural order; the order in which placements came does not matter.
struct PartsLess {
  bool operator()(const std::vector<std::string>& a, const std::vector<std::string>& b) const {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      if (a[i] != b[i]) return NaturalLess()(a[i], b[i]);
    }
    return a.size() < b.size();
  }
};

/// The teacher's ECE by seed at one value, as one method was taught.
std::map<std::int64_t, double> taught_eces(const Series& series) {
  std::map<std::int64_t, double> out;
  for (const auto& [seed, run] : series.runs) {
    if (run->done() && run->taught_ece) out[seed] = *run->taught_ece;
  }
  return out;
}

/// True if the row says nothing else of what taught this method.
bool agrees(const EceRow& row, const Curve& curve) {
  for (const auto& [value, series] : curve.points) {
    const auto mine = row.points.find(value);
    if (mine == row.points.end()) continue;
    for (const auto& [seed, ece] : taught_eces(series)) {
      const auto known = mine->second.find(seed);
      if (known != mine->second.end() && known->second != ece) return false;
    }
  }
  return true;
}

}  // namespace

std::vector<EceRow> ece_rows(const CurveGroup& group) {
  std::vector<EceRow> rows;
  for (const auto& curve : group.curves) {
    std::size_t i = 0;
    while (i < rows.size() && !agrees(rows[i], curve)) ++i;
    if (i == rows.size()) rows.emplace_back();
    rows[i].methods.push_back(curve.method);
    for (const auto& [value, series] : curve.points) {
      for (const auto& [seed, ece] : taught_eces(series)) rows[i].points[value][seed] = ece;
    }
  }
  return rows;
}

std::vector<CurveGroup> make_curves(View& view, const std::string& study) {
  struct Gathered {
    CurveGroup group;
    std::map<std::vector<std::string>, Curve, PartsLess> curves;
  };
  std::map<std::vector<std::string>, Gathered, PartsLess> groups;
  std::set<std::string> strategies;
  for (const auto* place : view.places(study)) {
    if (place->kind != "sensitivity" || place->role == "teacher") continue;
    strategies.insert(place->strategy);
    auto& [group, curves] = groups[{place->dataset, pair_text(place->teacher, place->student), place->strategy}];
    group = {study, place->dataset,         place->teacher, place->student, place->strategy, place->axis,
             {},    std::move(group.alone), false};
    if (place->role == "alone") {
      view.add(group.alone, *place);
      continue;
    }
    auto& curve = curves[{place->method, place->convention}];
    curve.method = place->method;
    curve.convention = place->convention;
    view.add(curve.points[place->value], *place);
  }
  std::vector<CurveGroup> out;
  for (auto& [key, gathered] : groups) {
    for (auto& [label, curve] : gathered.curves) gathered.group.curves.push_back(std::move(curve));
    gathered.group.several_strategies = strategies.size() > 1;
    out.push_back(std::move(gathered.group));
  }
  return out;
}

Sensitivity analyse(const Curve& curve, const BoardOptions& options) {
  const auto seeds = whole_seeds(curve);
  std::vector<double> values;
  for (const auto& [value, series] : curve.points) values.push_back(value);
  return {statistics_of(values, grid_of(curve, seeds), options), seeds, expected_seeds(curve), values};
}

}  // namespace kdbench::inline leaderboard::boards
