#include <kdbench/calibration/temperature.h>

#include <kdbench/calibration/softmax_row.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline calibration {
namespace {

/// First and second derivative of the mean NLL in beta. With d = z - max z and p = softmax(beta z),
/// a sample adds E_p[d] - d_label and Var_p[d]: never negative, so the NLL is convex.
struct Slope {
  double first = 0, second = 0;
};

void add_row(std::span<const double> row, std::size_t label, double beta, Slope& total) {
  const double largest = row[first_argmax(row)];
  double sum = 0, first = 0, second = 0;
  for (const double z : row) {
    const double d = z - largest, e = std::exp(d * beta);
    if (e == 0) continue;  // d may be -inf, and 0 * inf is NaN
    sum += e;
    first += e * d;
    second += e * d * d;
  }
  const double mean = first / sum;
  total.first += mean - (row[label] - largest);
  total.second += std::max(0.0, second / sum - mean * mean);
}

Slope slope_at(const LogitsView& view, double beta) {
  Slope total;
  for (std::int64_t i = 0; i < view.size(); ++i) {
    add_row(view.row(i), static_cast<std::size_t>(view.labels[static_cast<std::size_t>(i)]), beta, total);
  }
  const auto n = static_cast<double>(view.size());
  return {total.first / n, total.second / n};
}

/// Newton steps kept inside a bracket [low, high] with slopes of opposite signs; where a step
/// leaves it or does not halve the one before, the geometric middle is taken. Near the root Newton
/// squares the error, so the step after one of 1e-10 is exact.
double root_in(const LogitsView& view, double low, double high) {
  double beta = 1.0, previous = high - low;
  for (int i = 0; i < 200; ++i) {
    const auto slope = slope_at(view, beta);
    if (slope.first == 0) return beta;
    (slope.first < 0 ? low : high) = beta;
    const double step = -slope.first / slope.second;
    const bool newton = beta + step > low && beta + step < high && std::abs(step) <= previous / 2;
    const double next = newton ? beta + step : std::sqrt(low * high);
    previous = std::abs(next - beta);
    beta = next;
    if (previous <= (newton ? 1e-10 : 1e-16) * beta) break;
  }
  return beta;
}

void choose_temperature(const LogitsView& view, TemperatureFit& fit) {
  constexpr double kLow = 1 / kMaxTemperature, kHigh = 1 / kMinTemperature;
  const auto low = slope_at(view, kLow);
  if (low.first == 0 && low.second == 0) {
    fit.status = "flat";
  } else if (low.first >= 0) {
    fit.status = "at_upper_bound";
    fit.T = kMaxTemperature;
  } else if (slope_at(view, kHigh).first <= 0) {
    fit.status = "at_lower_bound";
    fit.T = kMinTemperature;
  } else {
    fit.status = "ok";
    fit.T = 1.0 / root_in(view, kLow, kHigh);
  }
}

}  // namespace

TemperatureFit fit_temperature(const LogitsView& view, int bins) {
  const auto before = measure_quickly(view, bins);
  TemperatureFit fit{1.0, "infinite_nll", before.nll, before.nll, before.ece, before.ece};
  if (std::isinf(before.nll)) return fit;
  choose_temperature(view, fit);
  const auto after = measure_quickly(view, bins, fit.T);
  // Only rounding can make it larger, when 1 is already the minimum.
  if (after.nll > before.nll) {
    fit.T = 1.0;
    return fit;
  }
  fit.nll_after = after.nll;
  fit.ece_after = after.ece;
  return fit;
}

std::vector<TauPoint> tau_curve(const LogitsView& view, std::span<const double> taus, int bins) {
  std::vector<TauPoint> curve;
  for (const double tau : taus) {
    const auto point = measure_quickly(view, bins, tau);
    curve.push_back({tau, point.ece, point.nll});
  }
  return curve;
}

}  // namespace kdbench::inline calibration
