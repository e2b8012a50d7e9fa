/// Gathers curves, and computes correlation, slope, range and regret over the seeds that have the whole curve.
#include <kdbench/leaderboard/curves.h>

#include <kdbench/stats/correlation.h>
#include <kdbench/stats/regression.h>
#include <kdbench/stats/summary.h>

#include <algorithm>
#include <cmath>

namespace kdbench::boards {
namespace {

constexpr std::size_t kMinPoints = 3;  // two points are always perfectly correlated

/// [seed][value] of the seeds that have the whole curve.
struct Grid {
  std::vector<std::vector<double>> accuracy, ece;
};

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

/// Means that are equal on paper must be equal as doubles, or ranks would see an order where there is a tie.
double without_rounding(double value) { return std::round(value * 1e12) / 1e12; }

std::vector<double> column_means(const std::vector<std::vector<double>>& rows, const std::vector<std::size_t>& chosen) {
  std::vector<double> out(rows.front().size(), 0.0);
  for (const auto r : chosen) {
    for (std::size_t c = 0; c < out.size(); ++c) out[c] += rows[r][c];
  }
  for (auto& value : out) value = without_rounding(value / static_cast<double>(chosen.size()));
  return out;
}

std::vector<std::size_t> every(std::size_t n) {
  std::vector<std::size_t> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = i;
  return out;
}

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }

/// The paper's number, on means over seeds; the interval resamples whole seeds, because the points of one curve share a teacher.
Estimate spearman_estimate(const Grid& grid, const Sensitivity& s, const BoardOptions& options) {
  Estimate out;
  out.value = finite(stats::spearman(s.ece, s.accuracy).value);
  if (!out.value) return out;
  out.p = finite(stats::spearman_permutation_p(s.ece, s.accuracy, 9999, options.random_seed));
  std::map<std::vector<std::size_t>, double> known;  // few seeds: the same draws come again and again
  const auto statistic = [&](std::vector<std::size_t> chosen) {
    std::sort(chosen.begin(), chosen.end());
    const auto [it, added] = known.try_emplace(chosen, 0.0);
    if (added) it->second = stats::spearman(column_means(grid.ece, chosen), column_means(grid.accuracy, chosen)).value;
    return it->second;
  };
  const auto interval = stats::bootstrap_indices(grid.accuracy.size(), statistic, bootstrap_options(options));
  out.low = finite(interval.low);
  out.high = finite(interval.high);
  return out;
}

Estimate slope_estimate(const Sensitivity& s) {
  const auto line = stats::fit_line(s.ece, s.accuracy);
  return {finite(line.slope), finite(line.slope_interval.low), finite(line.slope_interval.high), std::nullopt};
}

void add_ece_statistics(const Grid& grid, const BoardOptions& options, Sensitivity& s) {
  s.spearman = spearman_estimate(grid, s, options);
  s.slope = slope_estimate(s);
  s.kendall = finite(stats::kendall(s.ece, s.accuracy).value);
  for (std::size_t i = 0; i < grid.accuracy.size(); ++i) {
    s.per_seed_spearman.push_back(finite(stats::spearman(grid.ece[i], grid.accuracy[i]).value));
  }
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

}  // namespace

stats::BootstrapOptions bootstrap_options(const BoardOptions& options) {
  stats::BootstrapOptions out;
  out.samples = options.bootstrap_samples;
  out.seed = options.random_seed;
  return out;
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
    group = {study, place->dataset, place->teacher, place->student, place->strategy, place->axis, {}, std::move(group.alone), false};
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
  Sensitivity s;
  s.seeds = whole_seeds(curve);
  s.expected_seeds = expected_seeds(curve);
  for (const auto& [value, series] : curve.points) s.values.push_back(value);
  if (s.seeds.empty()) return s;
  const auto grid = grid_of(curve, s.seeds);
  s.accuracy = column_means(grid.accuracy, every(s.seeds.size()));
  if (!grid.ece.empty()) s.ece = column_means(grid.ece, every(s.seeds.size()));
  const auto best = static_cast<std::size_t>(std::max_element(s.accuracy.begin(), s.accuracy.end()) - s.accuracy.begin());
  s.range = s.accuracy[best] - *std::min_element(s.accuracy.begin(), s.accuracy.end());
  s.regret = s.accuracy[best] - stats::mean(s.accuracy);
  s.best_value = s.values[best];
  if (!s.ece.empty()) s.best_ece = s.ece[best];
  if (s.values.size() < kMinPoints) return s;
  s.spearman_axis = finite(stats::spearman(s.values, s.accuracy).value);
  if (!s.ece.empty()) add_ece_statistics(grid, options, s);
  return s;
}

}  // namespace kdbench::boards
