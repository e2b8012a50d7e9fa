/// Figures for machines: JSON and CSV.
#include <kdbench/report/figure.h>

#include <kdbench/base/csv.h>

#include <fmt/core.h>

#include <cmath>

namespace kdbench::report {
namespace {

/// Shortest digits that read back as the same number; nothing for no value.
std::string text_of(std::optional<double> value) { return value && std::isfinite(*value) ? fmt::format("{}", *value) : ""; }

/// One line of the CSV file, but for what names figure and panel.
struct Line {
  std::string role, series, label, x_axis;
  std::optional<double> x, x_low, x_high;
  std::string y_axis;
  std::optional<double> y, y_low, y_high;
  std::size_t count = 1;
};

void append(std::string& out, const Figure& figure, const Panel& panel, const Line& line) {
  append_csv_line(out, {figure.kind, figure.study, panel.title, line.role, line.series, line.label, line.x_axis, text_of(line.x),
                        text_of(line.x_low), text_of(line.x_high), line.y_axis, text_of(line.y), text_of(line.y_low),
                        text_of(line.y_high), std::to_string(line.count)});
}

void append_panel(std::string& out, const Figure& figure, const Panel& panel) {
  const auto x = axis_text(panel.x), left = axis_text(panel.y);
  for (const auto& series : panel.series) {
    const auto y = series.on_right() && panel.right ? axis_text(*panel.right) : left;
    for (const auto& p : series.points) {
      append(out, figure, panel, {"point", series.name, p.label, x, p.x, p.x_low, p.x_high, y, p.y, p.y_low, p.y_high, p.count});
    }
  }
  for (const auto& fit : panel.fits) {
    for (const double at : {fit.from, fit.to}) {
      append(out, figure, panel, {"fit", fit.series, "", x, at, {}, {}, left, fit.intercept + fit.slope * at, {}, {}, 0});
    }
  }
  for (const auto& level : panel.levels) {
    append(out, figure, panel, {"level", level.name, "", x, {}, {}, {}, left, level.y, level.y_low, level.y_high, level.count});
  }
}

}  // namespace

std::string axis_text(const Axis& axis) { return axis.unit.empty() ? axis.title : fmt::format("{} ({})", axis.title, axis.unit); }

std::string figure_json(const Figure& figure) {
  return to_document(figure).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string figure_csv(const Figure& figure) {
  std::string out;
  append_csv_line(out, {"kind", "study", "panel", "role", "series", "label", "x_axis", "x", "x_low", "x_high", "y_axis", "y",
                        "y_low", "y_high", "n"});
  for (const auto& panel : figure.panels) append_panel(out, figure, panel);
  return out;
}

}  // namespace kdbench::report
