#include <kdbench/suite/text/toml_scan.h>

#include <kdbench/suite/text/unicode.h>

#include <fmt/core.h>

namespace kdbench::inline suite {
namespace {

/// Suites have four levels. What is deeper is handled, and destroyed, by recursion, in the library and here.
constexpr int kDeepest = 32;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);  // a byte order mark has no column
  }

  std::optional<ScanFault> scan() {
    while (!at_end()) {
      if (const char c = peek(); c == '#') {
        while (!at_end() && peek() != '\n') advance();
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (c == '[' && depth_ == 0 && at_line_start_) {
        if (auto fault = check_header()) return fault;
      } else if (static_cast<unsigned char>(c) >= 0x80) {
        return beyond_ascii();
      } else if (track(c)) {
        advance();
      } else {
        return ScanFault{at_, fmt::format("not TOML that is read here: more than {} levels; a suite has four", kDeepest)};
      }
    }
    return {};
  }

 private:
  bool at_end() const { return i_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return i_ + ahead < text_.size() ? text_[i_ + ahead] : '\0'; }

  void advance() {
    const auto c = next_code_point(text_, i_);
    if (c == '\n') {
      at_ = {at_.line + 1, 1};
      at_line_start_ = true;
    } else {
      ++at_.col;
      at_line_start_ &= c == ' ' || c == '\t';
    }
  }

  /// Counts brackets, since a line that begins inside a list or an inline table is no header, and the dots of a key, each of
  /// which is a level, too. Returns false where they are too many.
  bool track(char c) {
    if (c == '[' || c == '{') ++depth_;
    if ((c == ']' || c == '}') && depth_ > 0) --depth_;
    if (c == '.')
      ++dots_;
    else if (c == '\n' || c == ',' || c == '=' || c == '[' || c == '{')
      dots_ = 0;
    return depth_ <= kDeepest && dots_ <= kDeepest;
  }

  bool at_quotes(char quote, int count) const {
    for (int k = 0; k < count; ++k) {
      if (peek(static_cast<std::size_t>(k)) != quote) return false;
    }
    return true;
  }

  /// Skips a string in one or three quotes; one that does not end, ends with its line or with the text.
  void skip_string(char quote) {
    const int quotes = at_quotes(quote, 3) ? 3 : 1;
    for (int k = 0; k < quotes; ++k) advance();
    while (!at_end() && !(quotes == 1 && peek() == '\n')) {
      if (at_quotes(quote, quotes)) {
        while (peek() == quote && quotes == 3) advance();  // up to two more quotes belong to the string
        if (quotes == 1) advance();
        return;
      }
      if (peek() == '\\' && quote == '"') advance();
      if (!at_end()) advance();
    }
  }

  /// Moves behind `[` or `[[` and complains unless a name, or what the library complains about itself, comes
  /// next.
  std::optional<ScanFault> check_header() {
    const auto skip_spaces = [&] {
      while (peek() == ' ' || peek() == '\t') advance();
    };
    advance();
    ++depth_;
    skip_spaces();
    if (peek() == '[') {
      advance();
      ++depth_;
      skip_spaces();
    }
    dots_ = 0;
    const auto c = static_cast<unsigned char>(peek());
    const bool names = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
    if (at_end() || names || c == '"' || c == '\'' || c == ']' || c >= 0x80) return {};
    return ScanFault{at_, "not TOML: expected the name of a table after '['"};
  }

  ScanFault beyond_ascii() const {
    auto end = i_;
    next_code_point(text_, end);
    const auto shown = visible(text_.substr(i_, end - i_));
    return {at_, fmt::format("not TOML: '{}' must stand between quotes, as in [models.\"étude\"]", shown)};
  }

  std::string_view text_;
  std::size_t i_ = 0;
  Position at_{1, 1};
  int depth_ = 0, dots_ = 0;
  bool at_line_start_ = true;
};

}  // namespace

std::optional<ScanFault> scan_toml(std::string_view text) { return Scanner(text).scan(); }

}  // namespace kdbench::inline suite
