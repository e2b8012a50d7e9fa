/// Figure: what a picture shows, as plain data in the units of its axes; and its three renderings. What the field lists leave out
/// says how it is drawn, not what it says.
#pragma once
#include <kdbench/base/document.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
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

  static constexpr auto fields() {
    using P = Point;
    constexpr auto kIfAny = Presence::kIfAny;
    return std::tuple(field("x", &P::x, "in the unit of its axis"), field("y", &P::y, "in the unit of its axis"),
                      field("x_low", &P::x_low, "95% interval; of a bar its edge", kIfAny),
                      field("x_high", &P::x_high, "95% interval; of a bar its edge", kIfAny),
                      field("y_low", &P::y_low, "95% interval", kIfAny), field("y_high", &P::y_high, "95% interval", kIfAny),
                      field("n", &P::count, "runs, or samples, behind it"),
                      field("label", &P::label, "what x does not say", kIfAny));
  }
};

enum class Mark { kPoints, kLine, kBars };

/// Which of a panel's two vertical axes y is on.
enum class Side { kLeft, kRight };
constexpr auto names_of(Side) {
  return std::array<std::pair<Side, const char*>, 2>{{{Side::kLeft, "left"}, {Side::kRight, "right"}}};
}

struct Series {
  std::string name;    ///< equal names have equal looks in every panel
  std::string detail;  ///< more about it, for the data files: the convention of a method
  Mark mark = Mark::kLine;
  std::vector<Point> points;
  Side side = Side::kLeft;

  bool on_right() const { return side == Side::kRight; }

  static constexpr auto fields() {
    using S = Series;
    return std::tuple(field("name", &S::name, "of the method, as the legend says it"),
                      field("detail", &S::detail, "more about it: the convention of a method"),
                      field("axis", &S::side, "left or right: where y is read"), field("points", &S::points, "by x"));
  }
};

/// A straight line fitted to the points of a series, drawn from x = `from` to x = `to`.
struct Fit {
  std::string series;
  double slope = 0, intercept = 0, from = 0, to = 0;
  std::optional<double> slope_low = {}, slope_high = {};  ///< 95% interval

  static constexpr auto fields() {
    using F = Fit;
    return std::tuple(field("series", &F::series, "whose points"), field("slope", &F::slope, "y per x"),
                      field("intercept", &F::intercept, "y at x = 0"), field("slope_low", &F::slope_low, "95% interval"),
                      field("slope_high", &F::slope_high, "95% interval"), field("from", &F::from, "least x"),
                      field("to", &F::to, "largest x"));
  }
};

/// A horizontal line on the left axis: what the series are to be compared with.
struct Level {
  std::string name;
  double y = 0;
  std::optional<double> y_low = {}, y_high = {};
  std::size_t count = 1;

  static constexpr auto fields() {
    using L = Level;
    return std::tuple(field("name", &L::name, "what it is of"), field("y", &L::y, "on the left axis"),
                      field("y_low", &L::y_low, "95% interval"), field("y_high", &L::y_high, "95% interval"),
                      field("n", &L::count, "runs behind it"));
  }
};

struct Axis {
  std::string title, unit;                            ///< the unit is empty where there is none
  std::vector<std::string> categories = {};           ///< names of x = 0, 1, ...; empty: x is a number
  std::vector<double> ticks = {};                     ///< where to write numbers; empty: at round ones
  std::optional<double> at_least = {}, at_most = {};  ///< the axis is drawn no further than this
  bool whole = false;                                 ///< the axis is drawn from at_least to at_most
  bool logarithmic = false;                           ///< every x is above 0
  bool hidden = false;                                ///< the numbers mean nothing by themselves

  static constexpr auto fields() {
    using A = Axis;
    return std::tuple(field("title", &A::title, "what it measures"), field("unit", &A::unit, "empty: none"),
                      field("categories", &A::categories, "names of x = 0, 1, ...", Presence::kIfAny));
  }
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

  static constexpr auto fields() {
    using P = Panel;
    return std::tuple(field("title", &P::title, "what it shows"), field("notes", &P::notes, "about its numbers"),
                      field("x", &P::x, "axis"), field("y", &P::y, "left axis"),
                      field("right", &P::right, "right axis; null: none"), field("series", &P::series, "points by name"),
                      field("fits", &P::fits, "fitted lines"), field("levels", &P::levels, "horizontal lines"));
  }
};

struct Figure {
  std::string kind;  ///< "curves", "scatter", "teachers", "reliability", "tsne"
  std::string study;
  std::string title;
  std::vector<std::string> notes;  ///< how to read it, by which rule it was made
  std::vector<Panel> panels;

  static constexpr auto fields() {
    using F = Figure;
    return std::tuple(field("kind", &F::kind, "curves, scatter, teachers, reliability or tsne"),
                      field("study", &F::study, "its name"), field("title", &F::title, "one line for people"),
                      field("notes", &F::notes, "how to read it, by which rule it was made"),
                      field("panels", &F::panels, "side by side"));
  }
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
