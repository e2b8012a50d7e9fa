#include <kdbench/worker/golden/scale_expression.h>

#include <kdbench/sdk/error.h>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace kdbench::inline worker {
namespace {

class Reader {
 public:
  Reader(const std::string& text, const std::function<double(const std::string&)>& value_of) : text_(text), value_of_(value_of) {}

  double whole() {
    const double value = sum();
    if (place_ < text_.size()) fail("the end");
    return value;
  }

 private:
  double sum() {
    double value = product();
    for (;;) {
      if (take('+'))
        value += product();
      else if (take('-'))
        value -= product();
      else
        return value;
    }
  }

  double product() {
    double value = power();
    for (;;) {
      if (take('*'))
        value *= power();
      else if (take('/'))
        value /= power();
      else
        return value;
    }
  }

  double power() {
    const double base = atom();
    return take('^') ? std::pow(base, number()) : base;
  }

  double atom() {
    if (take('(')) return closed(sum());
    skip_spaces();
    const auto begin = place_;
    while (place_ < text_.size() && (is_letter(text_[place_]) || (place_ > begin && is_digit(text_[place_])))) ++place_;
    const auto name = text_.substr(begin, place_ - begin);
    if (name.empty()) return number();
    if ((name == "min" || name == "max") && take('(')) return extreme(name == "min");
    return value_of_(take('[') ? fmt::format("{}[{}]", name, index()) : name);
  }

  double extreme(bool smaller) {
    const double first = sum();
    if (!take(',')) fail("','");
    const double second = closed(sum());
    return smaller ? std::min(first, second) : std::max(first, second);
  }

  std::size_t index() {
    const double value = number();
    if (value < 0 || value != std::floor(value)) fail("a whole number before it");
    if (!take(']')) fail("']'");
    return static_cast<std::size_t>(value);
  }

  double closed(double value) {
    if (!take(')')) fail("')'");
    return value;
  }

  double number() {
    skip_spaces();
    double value = 0;
    const auto* begin = text_.data() + place_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc()) fail("a number or a name");
    place_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  bool take(char wanted) {
    skip_spaces();
    if (place_ >= text_.size() || text_[place_] != wanted) return false;
    ++place_;
    return true;
  }

  void skip_spaces() {
    while (place_ < text_.size() && text_[place_] == ' ') ++place_;
  }

  static bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
  static bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

  [[noreturn]] void fail(const char* expected) const {
    throw Error(fmt::format("'{}': expected {} at character {}", text_, expected, place_ + 1));
  }

  const std::string& text_;
  const std::function<double(const std::string&)>& value_of_;
  std::size_t place_ = 0;
};

}  // namespace

double scale_value(const std::string& text, const std::function<double(const std::string& name)>& value_of) {
  return Reader(text, value_of).whole();
}

}  // namespace kdbench::inline worker
