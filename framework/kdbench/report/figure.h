/// Figure: what a picture shows, as plain data in the units of its axes; and its three renderings.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace kdbench::report {

/// One place in a panel, in the units of its axes.
struct Point {
  double x = 0, y = 0;
  std::optional<double> x_low = {}, x_high = {}, y_low = {},
                        y_high = {};  ///< 95% intervals; of a bar, x_low and x_high are its edges
  std::size_t count = 1;              ///< runs, or samples, behind it
  std::string label = "";             ///< what x does not say: a teacher, a value of the axis
  double weight = 1;                  ///< in [0, 1]: how strongly a bar is drawn
};

enum class Mark { kPoints, kLine, kBars };

struct Series {
  std::string name;    ///< equal names have equal looks in every panel
  std::string detail;  ///< more about it, for the data files: the convention of a method
  Mark mark = Mark::kLine;
  std::vector<Point> points;
  bool on_right = false;  ///< y is on the panel's right axis
};

/// A straight line fitted to the points of a series, drawn from x = `from` to x = `to`.
struct Fit {
  std::string series;
  double slope = 0, intercept = 0, from = 0, to = 0;
  std::optional<double> slope_low = {}, slope_high = {};  ///< 95% interval
};

/// A horizontal line on the left axis: what the series are to be compared with.
struct Level {
  std::string name;
  double y = 0;
  std::optional<double> y_low = {}, y_high = {};
  std::size_t count = 1;
};

struct Axis {
  std::string title, unit;                            ///< the unit is empty where there is none
  std::vector<std::string> categories = {};           ///< names of x = 0, 1, ...; empty: x is a number
  std::vector<double> ticks = {};                     ///< where to write numbers; empty: at round ones
  std::optional<double> at_least = {}, at_most = {};  ///< the axis is drawn no further than this
  bool whole = false;                                 ///< the axis is drawn from at_least to at_most
  bool logarithmic = false;                           ///< every x is above 0
  bool hidden = false;                                ///< the numbers mean nothing by themselves
};

struct Panel {
  std::string title;
  std::vector<std::string> notes;
  Axis x, y;
  std::optional<Axis> right;
  std::vector<Series> series;
  std::vector<Fit> fits;
  std::vector<Level> levels;
  std::string diagonal;  ///< name of the line y = x; empty: none
  bool square = false;   ///< as high as wide
};

struct Figure {
  std::string kind;  ///< "curves", "scatter", "teachers", "reliability", "tsne"
  std::string study;
  std::string title;
  std::vector<std::string> notes;  ///< how to read it, by which rule it was made
  std::vector<Panel> panels;
};

/// JSON: the whole figure, numbers in full, null where there is none.
std::string figure_json(const Figure& figure);

/// CSV (RFC 4180), one line a point, with the columns kind, study, panel, role, series, label, x_axis, x, x_low, x_high,
/// y_axis, y, y_low, y_high, n. role: "point"; "fit" (the two ends of a fitted line); "level" (a horizontal line, without x).
std::string figure_csv(const Figure& figure);

/// SVG: one document, self-contained, without scripts. The same figure gives the same bytes.
std::string figure_svg(const Figure& figure);

/// Returns "ECE (%)", or the title alone where there is no unit.
std::string axis_text(const Axis& axis);

}  // namespace kdbench::report
