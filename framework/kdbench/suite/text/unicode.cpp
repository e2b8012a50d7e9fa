#include <kdbench/suite/text/unicode.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kdbench::inline suite {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// Returns how many bytes follow the first one, or -1 if it begins no code point.
int bytes_after(unsigned char first) {
  if (first < 0x80) return 0;
  if (first < 0xC2 || first > 0xF4) return -1;
  return first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& i) {
  const auto first = static_cast<unsigned char>(text[i++]);
  const int more = bytes_after(first);
  if (more < 0) return kReplacement;
  char32_t point = more == 0 ? first : first & (0x3F >> more);
  for (auto next = i; next < i + static_cast<std::size_t>(more); ++next) {
    const auto byte = next < text.size() ? static_cast<unsigned char>(text[next]) : 0;
    if ((byte & 0xC0) != 0x80) return kReplacement;
    point = (point << 6) | (byte & 0x3F);
  }
  i += static_cast<std::size_t>(more);
  return point;
}

bool is_invisible(char32_t c) {
  static constexpr std::array<std::pair<char32_t, char32_t>, 9> kRanges{{{0x80, 0xA0},
                                                                         {0xAD, 0xAD},
                                                                         {0x2000, 0x200F},
                                                                         {0x2028, 0x202F},
                                                                         {0x205F, 0x206F},
                                                                         {0x3000, 0x3000},
                                                                         {0xFE00, 0xFE0F},
                                                                         {0xFEFF, 0xFEFF},
                                                                         {0xE0000, 0x10FFFF}}};
  return std::any_of(kRanges.begin(), kRanges.end(), [&](const auto& range) { return c >= range.first && c <= range.second; });
}

std::string visible(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto begin = i;
    const auto c = next_code_point(text, i);
    if (is_invisible(c))
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += text.substr(begin, i - begin);
  }
  return out;
}

}  // namespace kdbench::inline suite
