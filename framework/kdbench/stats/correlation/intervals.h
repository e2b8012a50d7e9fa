/// Intervals of correlations, by resampling pairs.
#pragma once
#include <kdbench/stats/describe/bootstrap.h>
#include <kdbench/stats/interval.h>

#include <vector>

namespace kdbench::stats {

/// Each returns the percentile bootstrap interval of the correlation of its name; undefined where bootstrap_pairs() is.
BootstrapInterval spearman_interval(const std::vector<double>& x, const std::vector<double>& y,
                                    const BootstrapOptions& options = {});
BootstrapInterval kendall_interval(const std::vector<double>& x, const std::vector<double>& y,
                                   const BootstrapOptions& options = {});
BootstrapInterval pearson_interval(const std::vector<double>& x, const std::vector<double>& y,
                                   const BootstrapOptions& options = {});

}  // namespace kdbench::stats
