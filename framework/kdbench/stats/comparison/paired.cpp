/// The paired t test; Wilcoxon's test is in wilcoxon.cpp.
#include <kdbench/stats/comparison/paired.h>

#include <kdbench/base/check.h>
#include <kdbench/stats/describe/summary.h>
#include <kdbench/stats/distributions.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kdbench::stats {
namespace {

double largest_size(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (const auto v : a) largest = std::max(largest, std::abs(v));
  for (const auto v : b) largest = std::max(largest, std::abs(v));
  return largest;
}

/// The spread that rounding of a - b alone can cause.
double rounding(const std::vector<double>& a, const std::vector<double>& b) {
  return 4 * std::numeric_limits<double>::epsilon() * largest_size(a, b);
}

}  // namespace

PairedDifference paired_difference(const std::vector<double>& a, const std::vector<double>& b, double confidence) {
  KDBENCH_CHECK(a.size() == b.size(), "paired columns have one length");
  std::vector<double> difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  PairedDifference out{a.size(), mean(difference), sample_sd(difference), t_interval(difference, confidence)};
  if (a.size() < 2 || std::isnan(out.sd)) return out;
  if (out.sd <= rounding(a, b)) {
    out.sd = 0;
    out.interval = {out.mean, out.mean};
    return out;
  }
  const auto n = static_cast<double>(a.size());
  out.t = out.mean / (out.sd / std::sqrt(n));
  out.p = two_sided_t_p(out.t, n - 1);
  return out;
}

std::vector<double> rounded_differences(const std::vector<double>& a, const std::vector<double>& b) {
  KDBENCH_CHECK(a.size() == b.size(), "paired columns have one length");
  const auto step = 1e-12 * largest_size(a, b);
  std::vector<double> out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto difference = a[i] - b[i];
    out[i] = std::isnormal(step) && std::isfinite(difference) ? std::round(difference / step) * step : difference;
  }
  return out;
}

}  // namespace kdbench::stats
