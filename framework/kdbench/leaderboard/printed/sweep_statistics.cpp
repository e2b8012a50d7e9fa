/// Statistics of a sweep over the seeds that have all of it.
#include <kdbench/leaderboard/printed/sweeps.h>

#include <kdbench/leaderboard/model/ece_marks.h>
#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/leaderboard/model/series.h>
#include <kdbench/stats/comparison/paired.h>

#include <algorithm>
#include <set>

namespace kdbench::inline leaderboard::boards {
namespace {

/// The seeds that every level has a value of.
std::vector<std::int64_t> whole_seeds(const std::vector<Level>& levels, std::map<std::int64_t, double> Level::*values) {
  std::vector<std::int64_t> out;
  if (levels.empty()) return out;
  for (const auto& [seed, value] : levels.front().*values) {
    const auto has = [&, s = seed](const Level& level) { return (level.*values).contains(s); };
    if (std::all_of(levels.begin(), levels.end(), has)) out.push_back(seed);
  }
  return out;
}

/// @param eces what is set against accuracy
Grid grid_of(const std::vector<Level>& levels, const std::vector<std::int64_t>& seeds,
             std::map<std::int64_t, double> Level::*eces) {
  Grid grid;
  const bool taught = whole_seeds(levels, eces) == seeds;
  for (const auto seed : seeds) {
    auto& accuracy = grid.accuracy.emplace_back();
    if (taught) grid.ece.emplace_back();
    for (const auto& level : levels) {
      accuracy.push_back(level.accuracy.at(seed));
      if (taught) grid.ece.back().push_back((level.*eces).at(seed));
    }
  }
  return grid;
}

FlooredEce floored(const Level& level) { return floored_ece(values_of(level.ece), values_of(level.floor)); }

Estimate paired_gain(const Grid& grid, std::size_t first, std::size_t last) {
  std::vector<double> ours, theirs;
  for (const auto& row : grid.accuracy) {
    ours.push_back(row[last]);
    theirs.push_back(row[first]);
  }
  const auto d = stats::paired_difference(ours, theirs);
  return {finite(d.mean), finite(d.interval.low), finite(d.interval.high)};
}

void add_gain(const std::vector<Level>& levels, const Grid& grid, SweepStatistics& s) {
  std::size_t first = 0, last = levels.size() - 1;
  if (!s.ece.empty()) {
    first = static_cast<std::size_t>(std::max_element(s.ece.begin(), s.ece.end()) - s.ece.begin());
    last = static_cast<std::size_t>(std::min_element(s.ece.begin(), s.ece.end()) - s.ece.begin());
  }
  if (first == last) return;
  s.first = levels[first].label;
  s.last = levels[last].label;
  s.is_within_floor = is_within_floor(floored(levels[first]), floored(levels[last]));
  s.gain = paired_gain(grid, first, last);
}

}  // namespace

SweepStatistics statistics_of(const Sweep& sweep, const BoardOptions& options) {
  SweepStatistics s;
  const auto& levels = sweep.levels;
  const auto seeds = whole_seeds(levels, &Level::accuracy);
  s.num_seeds = seeds.size();
  s.has_axis = std::all_of(levels.begin(), levels.end(), [](const Level& l) { return l.x.has_value(); });
  if (!seeds.empty()) {
    std::vector<double> axis;
    for (const auto& level : levels) axis.push_back(s.has_axis ? *level.x : static_cast<double>(axis.size()));
    const auto grid = grid_of(levels, seeds, &Level::ece);
    static_cast<AxisStatistics&>(s) = statistics_of(axis, grid, options);
    s.spearman_training = statistics_of(axis, grid_of(levels, seeds, &Level::training_ece), options).spearman;
    if (!s.has_axis) s.spearman_axis = {};
    add_gain(levels, grid, s);
  }
  if (sweep.spearman) s.spearman = {*sweep.spearman};
  return s;
}

}  // namespace kdbench::inline leaderboard::boards
