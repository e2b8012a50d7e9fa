/// Statistics of one curve, computed on means over seeds; rank correlations again on means over resampled seeds.
#include <kdbench/leaderboard/model/axis_statistics.h>

#include <kdbench/leaderboard/model/metrics.h>
#include <kdbench/stats/comparison/largest_contrast.h>
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/describe/regression.h>
#include <kdbench/stats/describe/summary.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace kdbench::inline leaderboard::boards {
namespace {

constexpr std::size_t kMinPoints = 3;  // two points are always perfectly correlated

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

std::size_t best_of(const std::vector<double>& accuracy) {
  return static_cast<std::size_t>(std::max_element(accuracy.begin(), accuracy.end()) - accuracy.begin());
}

/// The numbers of one curve of means; NaN where there is none.
struct Numbers {
  double spearman = NAN, spearman_axis = NAN, kendall = NAN, spread = NAN, regret = NAN;
};

Numbers numbers_of(const std::vector<double>& axis, const std::vector<double>& ece, const std::vector<double>& accuracy) {
  Numbers out;
  const double best = accuracy[best_of(accuracy)];
  out.spread = best - *std::min_element(accuracy.begin(), accuracy.end());
  out.regret = best - stats::mean(accuracy);
  if (axis.size() < kMinPoints) return out;
  out.spearman_axis = stats::spearman(axis, accuracy).value;
  if (ece.empty()) return out;
  out.spearman = stats::spearman(ece, accuracy).value;
  out.kendall = stats::kendall(ece, accuracy).value;
  return out;
}

/// Rank correlations of resampled seeds. The means of a resample lie nearer to those of the sample than these to the truth, more
/// so the fewer seeds there are, so their distance is widened before ranks are taken. Few seeds give the same draws again and
/// again, and every statistic asks for the same ones.
class Resampled {
 public:
  Resampled(const std::vector<double>& axis, const Grid& grid, const BoardOptions& options)
      : axis_(axis),
        grid_(grid),
        options_(bootstrap_options(options)),
        accuracy_(column_means(grid.accuracy, every(grid.accuracy.size()))),
        ece_(grid.ece.empty() ? std::vector<double>() : column_means(grid.ece, every(grid.ece.size()))),
        widening_(stats::resample_widening(grid.accuracy.size(), options_.confidence)) {}

  Estimate estimate(double Numbers::*number, double value) {
    Estimate out{finite(value)};
    if (!out.value || grid_.accuracy.size() < kLeastSeedsForInterval) return out;
    const auto interval = stats::bootstrap_indices(
        grid_.accuracy.size(), [&](const std::vector<std::size_t>& chosen) { return at(chosen).*number; }, options_);
    out.low = finite(interval.low);
    out.high = finite(interval.high);
    return out;
  }

 private:
  const Numbers& at(std::vector<std::size_t> chosen) {
    std::sort(chosen.begin(), chosen.end());
    const auto [it, added] = known_.try_emplace(std::move(chosen));
    if (added) {
      const auto ece = grid_.ece.empty() ? std::vector<double>() : widened(ece_, column_means(grid_.ece, it->first));
      it->second = numbers_of(axis_, ece, widened(accuracy_, column_means(grid_.accuracy, it->first)));
    }
    return it->second;
  }

  std::vector<double> widened(const std::vector<double>& sample, std::vector<double> resample) const {
    for (std::size_t i = 0; i < sample.size(); ++i) {
      resample[i] = without_rounding(sample[i] + widening_ * (resample[i] - sample[i]));
    }
    return resample;
  }

  const std::vector<double>& axis_;
  const Grid& grid_;
  stats::BootstrapOptions options_;
  std::vector<double> accuracy_, ece_;
  double widening_;
  std::map<std::vector<std::size_t>, Numbers> known_;
};

void add_each_seed(const Grid& grid, AxisStatistics& s) {
  for (std::size_t i = 0; i < grid.accuracy.size(); ++i) {
    s.per_seed_best.push_back(best_of(grid.accuracy[i]));
    const bool correlated = !grid.ece.empty() && grid.accuracy[i].size() >= kMinPoints;
    s.per_seed_spearman.push_back(correlated ? finite(stats::spearman(grid.ece[i], grid.accuracy[i]).value) : std::nullopt);
  }
}

void add_tests(const std::vector<double>& axis, const BoardOptions& options, AxisStatistics& s) {
  const auto p = [&](const std::vector<double>& x) {
    return finite(stats::spearman_permutation_p(x, s.accuracy, 9999, options.random_seed));
  };
  if (s.spearman_axis.value) s.spearman_axis.p = p(axis);
  if (s.spearman.value) s.spearman.p = p(s.ece);
}

/// The interval of a maximum over points, from 0 up.
Estimate largest(double value, const std::vector<std::vector<double>>& contrasts, std::size_t seeds) {
  Estimate out{finite(value)};
  if (!out.value || seeds < kLeastSeedsForInterval) return out;
  const auto interval = stats::largest_contrast_interval(contrasts);
  out.low = finite(interval.low);
  out.high = finite(interval.high);
  return out;
}

}  // namespace

stats::BootstrapOptions bootstrap_options(const BoardOptions& options) {
  stats::BootstrapOptions out;
  out.samples = options.bootstrap_samples;
  out.seed = options.random_seed;
  return out;
}

/// Each seed's own slope, so that what differs between seeds, their teachers above all, is in the interval.
Estimate slope_over_seeds(const Grid& grid, std::size_t least_points) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < grid.ece.size(); ++i) {
    if (grid.ece[i].size() >= least_points) slopes.push_back(stats::fit_line(grid.ece[i], grid.accuracy[i]).slope);
  }
  const auto interval = stats::t_interval(slopes);
  return {finite(stats::mean(slopes)), finite(interval.low), finite(interval.high)};
}

AxisStatistics statistics_of(const std::vector<double>& axis, const Grid& grid, const BoardOptions& options) {
  AxisStatistics s;
  if (grid.accuracy.empty() || axis.empty()) return s;
  const auto seeds = every(grid.accuracy.size());
  s.accuracy = column_means(grid.accuracy, seeds);
  if (!grid.ece.empty()) s.ece = column_means(grid.ece, seeds);
  s.best = best_of(s.accuracy);
  const auto numbers = numbers_of(axis, s.ece, s.accuracy);
  Resampled resampled(axis, grid, options);
  s.spearman = resampled.estimate(&Numbers::spearman, numbers.spearman);
  s.spearman_axis = resampled.estimate(&Numbers::spearman_axis, numbers.spearman_axis);
  s.kendall = resampled.estimate(&Numbers::kendall, numbers.kendall);
  s.spread = largest(numbers.spread, stats::spread_contrasts(grid.accuracy), seeds.size());
  s.regret = largest(numbers.regret, stats::regret_contrasts(grid.accuracy), seeds.size());
  add_tests(axis, options, s);
  s.slope = slope_over_seeds(grid, kMinPoints);
  add_each_seed(grid, s);
  return s;
}

}  // namespace kdbench::inline leaderboard::boards
