#include <kdbench/report/drawing/svg.h>

#include <kdbench/base/json.h>

#include <fmt/core.h>

#include <cmath>
#include <sstream>

namespace kdbench::report {
namespace {

constexpr const char* kFont = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
constexpr double kBold = 1.18;  // how much wider bold letters are

std::string stroke_text(const Stroke& stroke) {
  auto out = fmt::format(" stroke=\"{}\" stroke-width=\"{}\"", stroke.color, coordinate(stroke.width));
  if (stroke.opacity < 1) out += fmt::format(" stroke-opacity=\"{}\"", coordinate(stroke.opacity));
  if (!stroke.dash.empty()) out += fmt::format(" stroke-dasharray=\"{}\"", stroke.dash);
  return out;
}

std::string points_text(const std::vector<std::pair<double, double>>& points) {
  std::string out;
  for (const auto& [x, y] : points) out += fmt::format("{}{},{}", out.empty() ? "" : " ", coordinate(x), coordinate(y));
  return out;
}

/// Corners of a marker around (0, 0), as multiples of its size; of about one area.
std::vector<std::pair<double, double>> corners(Shape shape) {
  switch (shape) {
    case Shape::kSquare:
      return {{-0.89, -0.89}, {0.89, -0.89}, {0.89, 0.89}, {-0.89, 0.89}};
    case Shape::kTriangle:
      return {{0, -1.25}, {1.1, 0.8}, {-1.1, 0.8}};
    case Shape::kDownTriangle:
      return {{0, 1.25}, {1.1, -0.8}, {-1.1, -0.8}};
    case Shape::kDiamond:
      return {{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}};
    default:
      return {};
  }
}

/// The document's text may hold anything a plugin's name can: JSON's writer replaces what is no UTF-8.
std::string as_utf8(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

double relative_width(char c) {
  const std::string_view narrow = "ijl.,:;'|!()[]tfrI -", wide = "mwMW%@";
  if (narrow.find(c) != std::string_view::npos) return 0.36;
  if (wide.find(c) != std::string_view::npos) return 0.9;
  return c >= 'A' && c <= 'Z' ? 0.7 : 0.58;
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : as_utf8(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
      case '\t':
        out += ' ';
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

std::string coordinate(double value) {
  auto text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

double text_width(const std::string& text, double size, bool bold) {
  double width = 0;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    width += continues ? 0 : relative_width(c);
  }
  return width * size * (bold ? kBold : 1);
}

std::vector<std::string> wrapped(const std::string& text, double size, double width, bool bold) {
  std::vector<std::string> lines;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool fits = !lines.empty() && text_width(lines.back() + " " + word, size, bold) <= width;
    if (fits)
      lines.back() += " " + word;
    else
      lines.push_back(word);
  }
  return lines;
}

Svg::Svg(double width, double height, const std::string& title) : width_(width), height_(height), title_(title) {
  rectangle(0, 0, width, height, "#ffffff", 1, {"none", 0});
}

void Svg::line(double x1, double y1, double x2, double y2, const Stroke& stroke) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"{}/>\n", coordinate(x1), coordinate(y1), coordinate(x2),
                       coordinate(y2), stroke_text(stroke));
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, const Stroke& stroke) {
  body_ += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\"{}/>\n", points_text(points),
                       stroke_text(stroke));
}

void Svg::rectangle(double x, double y, double width, double height, const std::string& fill, double opacity,
                    const Stroke& stroke) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{}{}/>\n", coordinate(x), coordinate(y),
                       coordinate(width), coordinate(height), fill,
                       opacity < 1 ? fmt::format(" fill-opacity=\"{}\"", coordinate(opacity)) : "",
                       stroke.color == "none" ? "" : stroke_text(stroke));
}

void Svg::marker(Shape shape, double x, double y, double size, const std::string& color, bool hollow) {
  const auto looks = fmt::format(" fill=\"{}\"{}", hollow ? "#ffffff" : color, hollow ? stroke_text({color, 1.4}) : "");
  if (shape == Shape::kCircle) {
    body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>\n", coordinate(x), coordinate(y), coordinate(size), looks);
  } else if (shape == Shape::kPlus || shape == Shape::kCross) {
    const double a = shape == Shape::kPlus ? 1.2 * size : 0.9 * size, b = shape == Shape::kPlus ? 0 : a;
    const Stroke stroke{color, 0.5 * size};
    line(x - a, y - b, x + a, y + b, stroke);
    line(x - b, y + a, x + b, y - a, stroke);
  } else {
    auto points = corners(shape);
    for (auto& [px, py] : points) px = x + px * size, py = y + py * size;
    body_ += fmt::format("<polygon points=\"{}\"{}/>\n", points_text(points), looks);
  }
}

void Svg::text(double x, double y, const std::string& text, const TextStyle& style) {
  auto attributes = fmt::format(" x=\"{}\" y=\"{}\" font-size=\"{}\"", coordinate(x), coordinate(y), coordinate(style.size));
  if (style.anchor != Anchor::kStart)
    attributes += style.anchor == Anchor::kMiddle ? " text-anchor=\"middle\"" : " text-anchor=\"end\"";
  if (style.bold) attributes += " font-weight=\"bold\"";
  if (style.turned != 0)
    attributes += fmt::format(" transform=\"rotate({} {} {})\"", coordinate(style.turned), coordinate(x), coordinate(y));
  body_ += fmt::format("<text{}>{}</text>\n", attributes, escaped(text));
}

std::string Svg::document() const {
  const auto width = coordinate(width_), height = coordinate(height_);
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "font-family=\"{2}\" fill=\"{3}\">\n<title>{4}</title>\n{5}</svg>\n",
      width, height, kFont, kInk, escaped(title_), body_);
}

}  // namespace kdbench::report
