#include <kdbench/report/drawing/style.h>

#include <array>

namespace kdbench::report {
namespace {

constexpr std::array kColors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B87A00", "#3AA0DA", "#000000"};
constexpr std::array kGreys = {"#444444", "#777777", "#9a9a9a"};
constexpr std::array kShapes = {Shape::kCircle,       Shape::kSquare, Shape::kTriangle, Shape::kDiamond,
                                Shape::kDownTriangle, Shape::kCross,  Shape::kPlus};

/// After the last colour the shapes are shifted, so that 49 series differ.
Style left_style(std::size_t i, Mark mark) {
  Style style;
  style.color = kColors[i % kColors.size()];
  style.shape = kShapes[(i + i / kColors.size()) % kShapes.size()];
  style.mark = mark;
  return style;
}

Style right_style(std::size_t i, Mark mark) {
  Style style;
  style.color = kGreys[i % kGreys.size()];
  style.shape = kShapes[i % 5];
  style.hollow = true;
  style.dash = "5 3";
  style.width = 1.2;
  style.mark = mark;
  return style;
}

Style line_style(const std::string& dash) {
  Style style;
  style.color = "#666666";
  style.dash = dash;
  style.width = 1.2;
  style.has_marker = false;
  return style;
}

}  // namespace

Legend legend_of(const Figure& figure) {
  Legend out;
  std::size_t left = 0, right = 0;
  const auto add = [&](const std::string& name, const auto& make) {
    if (out.styles.contains(name)) return;
    out.names.push_back(name);
    out.styles[name] = make();
  };
  for (const bool on_right : {false, true}) {
    for (const auto& panel : figure.panels) {
      for (const auto& series : panel.series) {
        if (series.on_right() != on_right) continue;
        add(series.name, [&] { return on_right ? right_style(right++, series.mark) : left_style(left++, series.mark); });
      }
    }
  }
  for (const auto& panel : figure.panels) {
    for (const auto& level : panel.levels) add(level.name, [] { return line_style("8 3 2 3"); });
    if (!panel.diagonal.empty()) add(panel.diagonal, [] { return line_style("4 3"); });
  }
  return out;
}

}  // namespace kdbench::report
