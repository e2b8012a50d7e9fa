/// The range of k independent standard normal variables (studentized range with infinite degrees of freedom),
/// computed, not tabled.
#pragma once
#include <cstddef>

namespace kdbench::stats {

/// Returns P(range of `count` standard normals <= q); 0 for q <= 0. `count` is at least 2.
double normal_range_cdf(double q, std::size_t count);

/// Returns the q whose normal_range_cdf() is `probability`, in (0, 1), to about 1e-12.
double normal_range_quantile(double probability, std::size_t count);

}  // namespace kdbench::stats
