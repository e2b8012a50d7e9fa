#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace kdbench::inline base {
namespace {

std::string folded(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c != '-' && c != '_') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

/// Nobody means to write a longer one. The distance between two takes the product of their lengths, in time and in memory.
constexpr std::size_t kLongestSlip = 200;
/// A list of more is read by nobody.
constexpr std::size_t kMostNamed = 40;

/// A word that was cut short is one slip, however much is missing.
std::size_t distance_to(const std::string& candidate, const std::string& wanted) {
  const auto whole = folded(candidate);
  if (wanted.size() >= 3 && whole.size() > wanted.size() && whole.starts_with(wanted)) return 1;
  return edit_distance(wanted, whole);
}

/// The names with commas between them; of many the first, and how many there are.
std::string listed(const std::vector<std::string>& names) {
  if (names.size() <= kMostNamed) return join(names, ", ");
  return fmt::format("{}, ... ({} in all)", join({names.begin(), names.begin() + kMostNamed}, ", "), names.size());
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongestSlip) return std::nullopt;
  const auto wanted = folded(word);
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    if (candidate.size() > kLongestSlip) continue;
    const auto distance = distance_to(candidate, wanted);
    if (distance < best_distance && distance < candidate.size()) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  if (const auto near = nearest(word, candidates)) return fmt::format("; did you mean '{}'?", *near);
  return candidates.empty() ? "" : "; expected one of " + listed(candidates);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string pad(std::string_view text, std::size_t width, bool right_aligned) {
  const auto have = display_width(text);
  const std::string space(width > have ? width - have : 0, ' ');
  return right_aligned ? space + std::string(text) : std::string(text) + space;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string duration_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f}s", seconds);
  const auto s = std::llround(seconds);
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}m{:02}s", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}h{:02}m", s / 3600, s % 3600 / 60);
  return fmt::format("{}d{:02}h", s / 86400, s % 86400 / 3600);
}

std::optional<std::size_t> utf8_length(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return std::nullopt;
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (length < 3) return length;
  // Overlong forms, surrogates, and what lies beyond the last code point.
  const bool bad = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0) || (first == 0xf0 && byte(1) < 0x90) ||
                   (first == 0xf4 && byte(1) >= 0x90);
  return bad ? 0 : length;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = utf8_length(text).value_or(0);
    const auto first = static_cast<unsigned char>(text[0]);
    const bool plain = length == 1 && (first >= 0x20 || first == '\n' || first == '\t') && first != 0x7f;
    const bool c1 = length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;  // U+0080 to U+009F
    const auto taken = std::max<std::size_t>(1, length);
    if (plain || (length > 1 && !c1)) {
      out.append(text.substr(0, taken));
    } else {
      for (const char c : text.substr(0, taken)) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace kdbench::inline base
