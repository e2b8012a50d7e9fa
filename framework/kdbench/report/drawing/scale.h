/// From numbers to pixels, and where an axis writes numbers.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace kdbench::report {

/// Maps [low, high] to pixels, linearly or by logarithm.
struct Scale {
  double low = 0, high = 1, from = 0, to = 1;  ///< `from` is the pixel of low, `to` that of high
  bool logarithmic = false;

  double pixel(double value) const;
};

/// A place on an axis and what is written there.
using Tick = std::pair<double, std::string>;

/// Returns about `about` round numbers (1, 2, 2.5 or 5 times a power of ten apart) in [low, high], with as many decimals as their
/// distance needs.
std::vector<Tick> round_ticks(double low, double high, int about);

/// Returns the numbers themselves with their shortest text.
std::vector<Tick> ticks_at(const std::vector<double>& values);

/// Blanks the texts that would touch the one before, if each is centred at its pixel.
std::vector<Tick> without_overlap(std::vector<Tick> ticks, const Scale& scale, double font_size);

}  // namespace kdbench::report
