/// A small writer of SVG documents: lines, shapes and text in pixels, y downwards. It knows nothing of figures.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace kdbench::report {

inline constexpr const char* kInk = "#222222";    ///< text and axes
inline constexpr const char* kFaint = "#dddddd";  ///< grid

struct Stroke {
  std::string color = kInk;
  double width = 1;
  std::string dash = "";  ///< as in stroke-dasharray: "4 3"; empty: solid
  double opacity = 1;
};

enum class Anchor { kStart, kMiddle, kEnd };

struct TextStyle {
  double size = 12;
  Anchor anchor = Anchor::kStart;
  bool bold = false;
  double turned = 0;  ///< degrees, clockwise
};

enum class Shape { kCircle, kSquare, kTriangle, kDiamond, kDownTriangle, kCross, kPlus };

class Svg {
 public:
  Svg(double width, double height, const std::string& title);

  void line(double x1, double y1, double x2, double y2, const Stroke& stroke);
  void polyline(const std::vector<std::pair<double, double>>& points, const Stroke& stroke);
  void rectangle(double x, double y, double width, double height, const std::string& fill, double opacity, const Stroke& stroke);
  /// A marker of radius `size`; hollow: white inside.
  void marker(Shape shape, double x, double y, double size, const std::string& color, bool hollow);
  void text(double x, double y, const std::string& text, const TextStyle& style = {});

  /// Returns the document.
  std::string document() const;

 private:
  double width_, height_;
  std::string title_, body_;
};

/// Returns text as XML has it: & < > " escaped, bytes that no XML text may hold left out, broken UTF-8 replaced.
std::string escaped(const std::string& text);

/// Returns a coordinate with at most two decimals, the same in every locale; never "-0".
std::string coordinate(double value);

/// Returns about how many pixels text takes at a font size; rather too many.
double text_width(const std::string& text, double size, bool bold = false);

/// Cuts text at spaces into lines of at most `width` pixels; a longer word has a line to itself.
std::vector<std::string> wrapped(const std::string& text, double size, double width, bool bold = false);

}  // namespace kdbench::report
