/// What calibrators share: temperatures that are fitted, and those that give a row or a set of rows what is wanted of them.
#pragma once
#include "rows.h"

#include <string>

namespace calibrators {

/// Fitted temperatures lie in [1 / kMost, kMost].
inline constexpr double kMost = 1e3;

/// Returns x in [low, high] where `rises`, a function that does not fall, passes from below 0 to 0 or above, to the precision of
/// a double in ln x; low or high where it does not pass. 0 < low < high.
template <class Rises>
double crossing(double low, double high, const Rises& rises) {
  if (rises(low) >= 0) return low;
  if (rises(high) < 0) return high;
  for (int i = 0; i < 200 && high / low > 1 + 1e-15; ++i) {
    const double middle = std::sqrt(low * high);
    (rises(middle) < 0 ? low : high) = middle;
  }
  return high;
}

/// Numbers of some rows of a split.
using Chosen = std::vector<std::int64_t>;

inline Chosen all_of(const kdbench::CalibrationRows& rows) {
  Chosen out(static_cast<std::size_t>(num_rows(rows.logits)));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::int64_t>(i);
  return out;
}

/// The temperature with the least mean NLL of softmax(z / T) over the chosen rows (Guo et al. 2017). It is convex in beta = 1 /
/// T, with the slope mean(E_p[d] - d_label). Where it falls to an end of the range, that end; where it does not depend on T, 1.
inline double fit_temperature(const kdbench::CalibrationRows& rows, const Chosen& chosen) {
  const auto slope = [&](double beta) {
    double sum = 0;
    for (const auto i : chosen) {
      const auto z = row_of(rows.logits, i);
      const auto p = softmax(z, beta);
      sum += p.mean - (z[static_cast<std::size_t>(label_of(rows, i))] - p.largest);
    }
    return sum;
  };
  const double at_most = slope(kMost);
  if (slope(1 / kMost) == 0 && at_most == 0) return 1.0;
  if (at_most <= 0) return 1 / kMost;  // it may be 0 long before, by underflow
  return 1.0 / crossing(1 / kMost, kMost, slope);
}

inline double fit_temperature(const kdbench::CalibrationRows& rows) { return fit_temperature(rows, all_of(rows)); }

/// Returns factor c so that the mean entropy of the rows at temperatures c * of_row(i) is that at temperature `start` (the
/// entropy rises with the temperature).
template <class OfRow>
double factor_that_keeps_entropy(const Tensor& logits, double start, const OfRow& of_row) {
  const auto mean_entropy = [&](const auto& temperature) {
    double sum = 0;
    for (std::int64_t i = 0; i < num_rows(logits); ++i) {
      const double beta = 1.0 / temperature(i);
      sum += softmax(row_of(logits, i), beta).entropy(beta);
    }
    return sum;
  };
  const double wanted = mean_entropy([&](std::int64_t) { return start; });
  return crossing(1 / kMost, kMost,
                  [&](double c) { return mean_entropy([&](std::int64_t i) { return c * of_row(i); }) - wanted; });
}

/// Returns beta so that the confidence of softmax(beta z) is `wanted` (the confidence rises with beta); the nearest that a row
/// has in [1e-4, 1e4], where two of its largest logits are nearly equal or `wanted` is no more than 1 / K.
inline double beta_of_confidence(Row z, double wanted) {
  return crossing(1e-4, 1e4, [&](double beta) { return softmax(z, beta).confidence() - wanted; });
}

/// What a controlled miscalibration starts from.
inline constexpr const char* kCalibrated = "calibrated";
inline constexpr const char* kAsIs = "as_is";
inline constexpr const char* kStartDoc =
    "What it starts from: the logits divided by the temperature fitted on the validation rows, or the logits as they are.";

/// The temperature of the start; 1 as they are.
inline double starting_temperature(const std::string& start, const kdbench::CalibrationRows& rows) {
  return start == kCalibrated ? fit_temperature(rows) : 1.0;
}

}  // namespace calibrators
