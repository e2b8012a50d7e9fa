/// Lays a figure out: title, legend, panels in rows, notes.
#include <kdbench/report/drawing/draw_panel.h>

#include <algorithm>
#include <cmath>

namespace kdbench::report {
namespace {

constexpr double kEdge = 16, kTitleSize = 15, kPanelTitleSize = 12.5, kLegendSize = 12, kLineHeight = 15, kLegendLine = 20;
constexpr std::size_t kLegendLimit = 24;  // names; a hundred classes would only hide the picture

/// What all panels of a figure have in common, in pixels.
struct Grid {
  std::size_t columns = 1;
  double left = 60, right = 18, top = 0, below = 0;  // around the frame of every panel
  double width = 0, height = 0;                      // of the frame

  double cell_width() const { return left + width + right; }
  double cell_height() const { return top + height + below; }
  double total_width() const { return 2 * kEdge + static_cast<double>(columns) * cell_width(); }
};

std::vector<std::string> note_lines(const Panel& panel, const Grid& grid) {
  std::vector<std::string> out;
  for (const auto& note : panel.notes) {
    for (auto& line : wrapped(note, kLabelSize, grid.cell_width() - 10)) out.push_back(std::move(line));
  }
  return out;
}

std::vector<std::string> title_lines(const Panel& panel, const Grid& grid) {
  return wrapped(panel.title, kPanelTitleSize, grid.width + grid.right - 6, true);
}

std::size_t columns_of(std::size_t panels) { return panels <= 1 ? 1 : panels == 2 || panels == 4 ? 2 : 3; }

Grid grid_of(const Figure& figure) {
  Grid grid;
  grid.columns = columns_of(figure.panels.size());
  const bool square = std::any_of(figure.panels.begin(), figure.panels.end(), [](const auto& p) { return p.square; });
  grid.width = grid.columns == 1 ? 480 : grid.columns == 2 ? 380 : 310;
  if (square) grid.width = grid.columns == 1 ? 420 : grid.columns == 2 ? 340 : 280;
  grid.height = square ? grid.width : grid.columns == 1 ? 300 : grid.columns == 2 ? 250 : 220;
  const bool hidden = std::all_of(figure.panels.begin(), figure.panels.end(), [](const auto& p) { return p.y.hidden; });
  if (hidden) grid.left = 12, grid.right = 12;
  for (const auto& panel : figure.panels) {
    if (panel.right) grid.right = 66;
    grid.left = std::max(grid.left, width_before(panel, grid.width));
  }
  for (const auto& panel : figure.panels) {
    const auto titles = static_cast<double>(title_lines(panel, grid).size()),
               notes = static_cast<double>(note_lines(panel, grid).size());
    grid.top = std::max(grid.top, 16 + kLineHeight * titles);
    grid.below = std::max(grid.below, height_below(panel, grid.width) + (panel.x.hidden ? 14 : 30) + kLineHeight * notes);
  }
  return grid;
}

/// Rows of names that fit side by side.
std::vector<std::vector<std::string>> legend_rows(const Legend& legend, double width) {
  std::vector<std::vector<std::string>> rows;
  if (legend.names.size() > kLegendLimit) return rows;
  double used = width + 1;
  for (const auto& name : legend.names) {
    const double need = 52 + text_width(name, kLegendSize);
    if (used + need > width) {
      rows.emplace_back();
      used = 0;
    }
    rows.back().push_back(name);
    used += need;
  }
  return rows;
}

void draw_sample(Svg& svg, const Style& style, double x, double y) {
  if (style.mark == Mark::kBars) {
    svg.rectangle(x + 4, y - 6, 20, 11, style.color, 0.6, {style.color, 0.8});
    return;
  }
  if (style.mark == Mark::kLine) svg.line(x, y, x + 28, y, {style.color, style.width, style.dash});
  if (style.has_marker) svg.marker(style.shape, x + 14, y, 3.6, style.color, style.hollow);
}

void draw_legend(Svg& svg, const Legend& legend, const std::vector<std::vector<std::string>>& rows, double y) {
  for (const auto& row : rows) {
    double x = kEdge;
    for (const auto& name : row) {
      draw_sample(svg, legend.of(name), x, y - 4);
      svg.text(x + 34, y, name, {kLegendSize});
      x += 52 + text_width(name, kLegendSize);
    }
    y += kLegendLine;
  }
}

void draw_cell(Svg& svg, const Panel& panel, const Grid& grid, const Legend& legend, double x, double y) {
  const auto titles = title_lines(panel, grid);
  const Frame frame{x + grid.left, y + grid.top, grid.width, grid.height};
  double line = frame.y - 10 - kLineHeight * (static_cast<double>(titles.size()) - 1);
  for (const auto& text : titles) {
    svg.text(frame.x, line, text, {kPanelTitleSize, Anchor::kStart, true});
    line += kLineHeight;
  }
  draw_panel(svg, panel, frame, legend);
  line = frame.bottom() + height_below(panel, grid.width) + (panel.x.hidden ? 12 : 34);
  for (const auto& text : note_lines(panel, grid)) {
    svg.text(x + 6, line, text, {kLabelSize});
    line += kLineHeight;
  }
}

}  // namespace

std::string figure_svg(const Figure& figure) {
  const auto legend = legend_of(figure);
  const auto grid = grid_of(figure);
  const double width = std::max(grid.total_width(), 420.0), inner = width - 2 * kEdge;
  const auto titles = wrapped(figure.title, kTitleSize, inner, true);
  const auto rows = legend_rows(legend, inner);
  std::vector<std::string> notes;
  for (const auto& note : figure.notes) {
    for (auto& line : wrapped(note, kLabelSize, inner)) notes.push_back(std::move(line));
  }
  const double title_height = 12 + 19 * static_cast<double>(titles.size());
  const double top = title_height + 8 + kLegendLine * static_cast<double>(rows.size());
  const auto panel_rows = (figure.panels.size() + grid.columns - 1) / grid.columns;
  const double bottom = top + static_cast<double>(panel_rows) * (grid.cell_height() + 10) + 14;
  Svg svg(width, bottom + kLineHeight * static_cast<double>(notes.size()), figure.title);
  for (std::size_t i = 0; i < titles.size(); ++i)
    svg.text(kEdge, 26 + 19 * static_cast<double>(i), titles[i], {kTitleSize, Anchor::kStart, true});
  draw_legend(svg, legend, rows, title_height + 18);
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const auto column = i % grid.columns, row = i / grid.columns;
    draw_cell(svg, figure.panels[i], grid, legend, kEdge + static_cast<double>(column) * grid.cell_width(),
              top + static_cast<double>(row) * (grid.cell_height() + 10));
  }
  for (std::size_t i = 0; i < notes.size(); ++i)
    svg.text(kEdge, bottom + kLineHeight * static_cast<double>(i), notes[i], {kLabelSize});
  return svg.document();
}

}  // namespace kdbench::report
