/// Draws one panel of a figure.
#pragma once
#include <kdbench/report/drawing/style.h>
#include <kdbench/report/drawing/svg.h>
#include <kdbench/report/figure.h>

namespace kdbench::report {

inline constexpr double kLabelSize = 11;     ///< font of numbers on axes and of notes
inline constexpr double kAxisTextSize = 12;  ///< of axis titles

/// The rectangle between the axes, in pixels.
struct Frame {
  double x = 0, y = 0, width = 0, height = 0;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
};

/// Draws axes, series, fits and levels of a panel, but neither its title nor its notes.
void draw_panel(Svg& svg, const Panel& panel, const Frame& frame, const Legend& legend);

/// Returns the pixels that the numbers or names below a panel of that width take, without the axis title.
double height_below(const Panel& panel, double width);

/// Returns how far turned names reach out to the left of a panel of that width.
double width_before(const Panel& panel, double width);

}  // namespace kdbench::report
