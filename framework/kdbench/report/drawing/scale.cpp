#include <kdbench/report/drawing/scale.h>

#include <kdbench/report/drawing/svg.h>

#include <fmt/core.h>

#include <cmath>
#include <limits>

namespace kdbench::report {
namespace {

/// The least round step that is not below `least`, and its decimals.
std::pair<double, int> round_step(double least) {
  const int power = static_cast<int>(std::floor(std::log10(least)));
  const double unit = std::pow(10.0, power);
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor * unit >= least * (1 - 1e-9)) return {factor * unit, std::max(0, (factor == 2.5 ? 1 : 0) - power)};
  }
  return {10 * unit, std::max(0, -power - 1)};
}

}  // namespace

double Scale::pixel(double value) const {
  const auto at = [this](double v) { return logarithmic ? std::log2(v) : v; };
  return from + (to - from) * (at(value) - at(low)) / (at(high) - at(low));
}

std::vector<Tick> round_ticks(double low, double high, int about) {
  const auto [step, decimals] = round_step((high - low) / about);
  std::vector<Tick> out;
  // Counting in whole steps keeps rounding from piling up.
  const double slack = 1e-6;
  for (double k = std::ceil(low / step - slack); k * step <= high + slack * step; ++k) {
    out.emplace_back(k * step, fmt::format("{:.{}f}", k == 0 ? 0.0 : k * step, decimals));
  }
  return out;
}

std::vector<Tick> ticks_at(const std::vector<double>& values) {
  std::vector<Tick> out;
  for (const double value : values) out.emplace_back(value, fmt::format("{}", value));
  return out;
}

std::vector<Tick> without_overlap(std::vector<Tick> ticks, const Scale& scale, double font_size) {
  constexpr double kGap = 4;
  double end = -std::numeric_limits<double>::infinity();
  for (auto& [value, text] : ticks) {
    const double half = text_width(text, font_size) / 2, at = scale.pixel(value);
    if (at - half < end + kGap)
      text.clear();
    else
      end = at + half;
  }
  return ticks;
}

}  // namespace kdbench::report
