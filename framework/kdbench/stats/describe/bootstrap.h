/// Percentile bootstrap intervals. The same data and options give the same bytes on every machine.
#pragma once
#include <kdbench/stats/interval.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace kdbench::stats {

struct BootstrapOptions {
  std::size_t samples = 2000;
  std::uint64_t seed = 1;
  double confidence = 0.95;  ///< in (0, 1)

  /// Names the method, for the notes of a table: "percentile bootstrap, 2000 resamples, seed 1".
  std::string text() const;
};

using Statistic = std::function<double(const std::vector<double>& values)>;
using PairStatistic = std::function<double(const std::vector<double>& x, const std::vector<double>& y)>;
using IndexStatistic = std::function<double(const std::vector<std::size_t>& chosen)>;

/// An interval, and what it could not use: resamples where the statistic is NaN, as a correlation is of a constant column.
struct BootstrapInterval : Interval {
  std::size_t left_out = 0;
};

/// Returns the interval of a statistic of `count` units of any kind (seeds, rows), resampling their indices
/// with replacement: `chosen` has `count` numbers in [0, count). Resamples where the statistic is NaN are
/// left out and counted; where fewer than half remain, and for fewer than two units, the interval is undefined.
BootstrapInterval bootstrap_indices(std::size_t count, const IndexStatistic& statistic, const BootstrapOptions& options = {});

/// Returns the interval of a statistic of one column, resampling its values as bootstrap_indices() does.
BootstrapInterval bootstrap_interval(const std::vector<double>& values, const Statistic& statistic,
                                     const BootstrapOptions& options = {});

/// Returns the interval of a statistic of two columns of one length, resampling pairs (x[i], y[i]); undefined
/// for fewer than three pairs and where the statistic of the pairs themselves is NaN.
BootstrapInterval bootstrap_pairs(const std::vector<double>& x, const std::vector<double>& y, const PairStatistic& statistic,
                                  const BootstrapOptions& options = {});

/// Returns by how much the distance of a resampled mean from the sample's is to be multiplied so that its percentiles are the t
/// interval of the mean where values are normal: sqrt(n / (n - 1)) because a resample varies by the divisor n, times t over z.
/// 1.43 for 6 units, 1.22 for 10; NaN for fewer than two.
double resample_widening(std::size_t count, double confidence = 0.95);

/// Returns the quantile of `values` at `probability` in [0, 1], linear between neighbours; NaN for no value.
double quantile(std::vector<double> values, double probability);

}  // namespace kdbench::stats
