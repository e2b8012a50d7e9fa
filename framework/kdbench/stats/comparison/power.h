/// What a paired design can find, before or after it was run.
#pragma once
#include <cstddef>
#include <optional>

namespace kdbench::stats {

/// Returns the chance that the two-sided paired t test of `pairs` pairs finds a true mean difference, from the noncentral t
/// distribution. NaN for fewer than two pairs and for an `sd` that is not above 0.
/// @param difference true mean  @param sd of the differences
double paired_power(double difference, double sd, std::size_t pairs, double level = 0.05);

/// Returns the least difference that the test finds with chance `power` (the MDE), in the unit of `sd`; NaN as above.
double least_detectable_difference(double sd, std::size_t pairs, double power = 0.8, double level = 0.05);

/// Returns how many pairs the test needs to find `difference` with chance `power`; nothing where more than 100,000 would be, and
/// where the power is NaN.
std::optional<std::size_t> pairs_to_detect(double difference, double sd, double power = 0.8, double level = 0.05);

}  // namespace kdbench::stats
