#include <kdbench/report/drawing/draw_panel.h>

#include <kdbench/report/drawing/scale.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kdbench::report {
namespace {

constexpr double kTickLength = 4, kMargin = 0.06, kCap = 3, kTurn = -35;
constexpr double kTurnRadians = 35 * 3.14159265358979323846 / 180;
constexpr std::size_t kManyPoints = 150;
const Stroke kAxisStroke{kInk, 1};

/// Grows by values; an empty range is [0, 1].
struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

  void take(std::optional<double> value) {
    if (!value || !std::isfinite(*value)) return;
    low = std::min(low, *value);
    high = std::max(high, *value);
  }
};

/// With some air around the data, but never past what the axis allows.
Scale scale_of(Range range, const Axis& axis, double from, double to) {
  if (axis.whole) return {*axis.at_least, *axis.at_most, from, to};
  if (range.low > range.high) range = {0, 1};
  const auto limited = [&](double v) { return std::clamp(v, axis.at_least.value_or(v), axis.at_most.value_or(v)); };
  range = {limited(range.low), limited(range.high)};
  if (axis.logarithmic) {
    const double air = std::pow(range.high / range.low, kMargin) * (range.high > range.low ? 1 : 1.5);
    return {range.low / air, range.high * air, from, to, true};
  }
  const double span = range.high - range.low;
  const double air = span > 0 ? kMargin * span : std::max(1.0, 0.05 * std::abs(range.high));
  return {limited(range.low - air), limited(range.high + air), from, to};
}

Range x_range(const Panel& panel) {
  Range range;
  for (const auto& series : panel.series) {
    for (const auto& p : series.points) range.take(p.x), range.take(p.x_low), range.take(p.x_high);
  }
  return range;
}

Range y_range(const Panel& panel, bool right) {
  Range range;
  for (const auto& series : panel.series) {
    if (series.on_right() != right) continue;
    for (const auto& p : series.points) range.take(p.y), range.take(p.y_low), range.take(p.y_high);
  }
  if (right) return range;
  for (const auto& level : panel.levels) range.take(level.y), range.take(level.y_low), range.take(level.y_high);
  return range;
}

/// Names need half a slot on either side.
Scale category_scale(const Axis& axis, const Frame& frame) {
  return {-0.5, static_cast<double>(axis.categories.size()) - 0.5, frame.x, frame.right()};
}

bool names_fit(const Panel& panel, double width) {
  const double slot = width / static_cast<double>(panel.x.categories.size());
  return std::all_of(panel.x.categories.begin(), panel.x.categories.end(),
                     [&](const auto& name) { return text_width(name, kLabelSize) + 6 < slot; });
}

class PanelPainter {
 public:
  PanelPainter(Svg& svg, const Panel& panel, const Frame& frame, const Legend& legend)
      : svg_(svg),
        panel_(panel),
        frame_(frame),
        legend_(legend),
        x_(panel.x.categories.empty() ? scale_of(x_range(panel), panel.x, frame.x, frame.right())
                                      : category_scale(panel.x, frame)),
        left_(scale_of(y_range(panel, false), panel.y, frame.bottom(), frame.y)) {
    if (panel.right) right_ = scale_of(y_range(panel, true), *panel.right, frame.bottom(), frame.y);
  }

  void paint() {
    if (!panel_.y.hidden) y_axis();
    if (panel_.right) right_axis();
    bars();
    levels();
    fits();
    for (const auto& series : panel_.series) draw(series);
    svg_.rectangle(frame_.x, frame_.y, frame_.width, frame_.height, "none", 1, kAxisStroke);
    panel_.x.categories.empty() ? x_axis() : x_names();
  }

 private:
  void y_axis() {
    for (const auto& [value, text] : round_ticks(left_.low, left_.high, 6)) {
      const double y = left_.pixel(value);
      svg_.line(frame_.x, y, frame_.right(), y, {kFaint, 0.8});
      svg_.line(frame_.x - kTickLength, y, frame_.x, y, kAxisStroke);
      svg_.text(frame_.x - kTickLength - 3, y + 4, text, {kLabelSize, Anchor::kEnd});
    }
    svg_.text(frame_.x - 42, frame_.y + frame_.height / 2, axis_text(panel_.y), {kAxisTextSize, Anchor::kMiddle, false, -90});
  }

  void right_axis() {
    for (const auto& [value, text] : round_ticks(right_.low, right_.high, 6)) {
      const double y = right_.pixel(value);
      svg_.line(frame_.right(), y, frame_.right() + kTickLength, y, kAxisStroke);
      svg_.text(frame_.right() + kTickLength + 3, y + 4, text, {kLabelSize});
    }
    svg_.text(frame_.right() + 46, frame_.y + frame_.height / 2, axis_text(*panel_.right),
              {kAxisTextSize, Anchor::kMiddle, false, -90});
  }

  void x_axis() {
    if (panel_.x.hidden) return;
    const auto ticks = panel_.x.ticks.empty() ? round_ticks(x_.low, x_.high, 6) : ticks_at(panel_.x.ticks);
    for (const auto& [value, text] : without_overlap(ticks, x_, kLabelSize)) {
      const double x = x_.pixel(value);
      svg_.line(x, frame_.bottom(), x, frame_.bottom() + kTickLength, kAxisStroke);
      if (!text.empty()) svg_.text(x, frame_.bottom() + 16, text, {kLabelSize, Anchor::kMiddle});
    }
    x_title();
  }

  void x_names() {
    const bool fit = names_fit(panel_, frame_.width);
    for (std::size_t i = 0; i < panel_.x.categories.size(); ++i) {
      const double x = x_.pixel(static_cast<double>(i)), y = frame_.bottom();
      svg_.line(x, y, x, y + kTickLength, kAxisStroke);
      if (fit)
        svg_.text(x, y + 16, panel_.x.categories[i], {kLabelSize, Anchor::kMiddle});
      else
        svg_.text(x + 3, y + 14, panel_.x.categories[i], {kLabelSize, Anchor::kEnd, false, kTurn});
    }
    x_title();
  }

  void x_title() {
    const double y = frame_.bottom() + height_below(panel_, frame_.width) + 13;
    svg_.text(frame_.x + frame_.width / 2, y, axis_text(panel_.x), {kAxisTextSize, Anchor::kMiddle});
  }

  void bars() {
    for (const auto& series : panel_.series) {
      if (series.mark != Mark::kBars) continue;
      for (const auto& p : series.points) {
        const double a = x_.pixel(p.x_low.value_or(p.x)), b = x_.pixel(p.x_high.value_or(p.x));
        const auto& color = legend_.of(series.name).color;
        svg_.rectangle(a, left_.pixel(p.y), b - a, frame_.bottom() - left_.pixel(p.y), color, 0.12 + 0.68 * p.weight,
                       {color, 0.8});
      }
    }
  }

  void levels() {
    if (!panel_.diagonal.empty()) {
      const double low = std::max(x_.low, left_.low), high = std::min(x_.high, left_.high);
      svg_.line(x_.pixel(low), left_.pixel(low), x_.pixel(high), left_.pixel(high), stroke_of(legend_.of(panel_.diagonal)));
    }
    for (const auto& level : panel_.levels) {
      if (level.y_low && level.y_high) {
        const double top = left_.pixel(std::min(*level.y_high, left_.high)),
                     bottom = left_.pixel(std::max(*level.y_low, left_.low));
        svg_.rectangle(frame_.x, top, frame_.width, bottom - top, legend_.of(level.name).color, 0.1, {"none", 0});
      }
      const double y = left_.pixel(level.y);
      svg_.line(frame_.x, y, frame_.right(), y, stroke_of(legend_.of(level.name)));
    }
  }

  /// Cut where the line leaves the frame.
  void fits() {
    for (const auto& fit : panel_.fits) {
      double from = fit.from, to = fit.to;
      if (fit.slope != 0) {
        const double a = (left_.low - fit.intercept) / fit.slope, b = (left_.high - fit.intercept) / fit.slope;
        from = std::max(from, std::min(a, b));
        to = std::min(to, std::max(a, b));
      }
      if (!(from < to)) continue;
      const auto y = [&](double x) { return left_.pixel(fit.intercept + fit.slope * x); };
      svg_.line(x_.pixel(from), y(from), x_.pixel(to), y(to), {legend_.of(fit.series).color, 1.5});
    }
  }

  void draw(const Series& series) {
    const auto& style = legend_.of(series.name);
    const auto& y = series.on_right() ? right_ : left_;
    const double shift = shift_of(series);
    std::vector<std::pair<double, double>> path;
    for (const auto& p : series.points) path.emplace_back(x_.pixel(p.x) + shift, y.pixel(p.y));
    if (series.mark == Mark::kLine && path.size() > 1) svg_.polyline(path, stroke_of(style));
    for (std::size_t i = 0; i < path.size(); ++i) error_bars(series.points[i], path[i], y, shift, style.color, series.mark);
    if (series.mark == Mark::kBars) return;
    const double size = series.points.size() * panel_.series.size() > kManyPoints ? 2.1 : 3.6;
    for (const auto& [px, py] : path) svg_.marker(style.shape, px, py, size, style.color, style.hollow);
  }

  void error_bars(const Point& p, std::pair<double, double> at, const Scale& y, double shift, const std::string& color,
                  Mark mark) {
    const Stroke stroke{color, 1.1, "", 0.65};
    if (p.y_low && p.y_high) {
      const double a = y.pixel(std::max(*p.y_low, y.low)), b = y.pixel(std::min(*p.y_high, y.high)),
                   x = mark == Mark::kBars ? bar_centre(p) : at.first;
      svg_.line(x, a, x, b, stroke);
      svg_.line(x - kCap, a, x + kCap, a, stroke);
      svg_.line(x - kCap, b, x + kCap, b, stroke);
    }
    if (mark != Mark::kBars && p.x_low && p.x_high) {
      const double a = x_.pixel(std::max(*p.x_low, x_.low)) + shift, b = x_.pixel(std::min(*p.x_high, x_.high)) + shift;
      svg_.line(a, at.second, b, at.second, stroke);
      svg_.line(a, at.second - kCap, a, at.second + kCap, stroke);
      svg_.line(b, at.second - kCap, b, at.second + kCap, stroke);
    }
  }

  double bar_centre(const Point& p) const { return (x_.pixel(p.x_low.value_or(p.x)) + x_.pixel(p.x_high.value_or(p.x))) / 2; }

  /// Lines share their places on x: a few pixels aside, their intervals can be told apart.
  double shift_of(const Series& series) const {
    if (series.mark != Mark::kLine || !panel_.right) return 0;
    const double step = panel_.x.categories.empty() ? 2.5 : 6;
    const auto place = static_cast<double>(&series - panel_.series.data());
    return step * (place - (static_cast<double>(panel_.series.size()) - 1) / 2);
  }

  static Stroke stroke_of(const Style& style) { return {style.color, style.width, style.dash}; }

  Svg& svg_;
  const Panel& panel_;
  const Frame& frame_;
  const Legend& legend_;
  Scale x_, left_, right_;
};

}  // namespace

void draw_panel(Svg& svg, const Panel& panel, const Frame& frame, const Legend& legend) {
  PanelPainter(svg, panel, frame, legend).paint();
}

double height_below(const Panel& panel, double width) {
  if (panel.x.hidden) return 4;
  if (panel.x.categories.empty() || names_fit(panel, width)) return 20;
  double longest = 0;
  for (const auto& name : panel.x.categories) longest = std::max(longest, text_width(name, kLabelSize));
  return 18 + longest * std::sin(kTurnRadians);
}

double width_before(const Panel& panel, double width) {
  if (panel.x.hidden || panel.x.categories.empty() || names_fit(panel, width)) return 0;
  const double slot = width / static_cast<double>(panel.x.categories.size());
  double reach = 0, at = slot / 2;
  for (const auto& name : panel.x.categories) {
    reach = std::max(reach, text_width(name, kLabelSize) * std::cos(kTurnRadians) - at);
    at += slot;
  }
  return reach;
}

}  // namespace kdbench::report
