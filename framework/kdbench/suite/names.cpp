#include <kdbench/suite/names.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

namespace kdbench {
namespace {

/// Decodes the code point at `i` and moves behind it; the text is valid UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& i) {
  const auto first = static_cast<unsigned char>(text[i++]);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  char32_t point = first & (0x3F >> more);
  for (int k = 0; k < more && i < text.size(); ++k)
    point = (point << 6) | (static_cast<unsigned char>(text[i++]) & 0x3F);
  return point;
}

/// Controls, spaces of all kinds, marks that are not seen or that turn the direction of writing.
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
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [&](const auto& range) { return c >= range.first && c <= range.second; });
}

bool is_name_character(char32_t c) {
  if (c >= 0x80) return !is_invisible(c);
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-';
}

/// Writes what cannot be seen as \u200B.
std::string visible(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto begin = i;
    const auto c = next_code_point(text, i);
    if (is_invisible(c)) out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else out += text.substr(begin, i - begin);
  }
  return out;
}

std::string folded(std::string name) {
  for (auto& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

/// "line 12", or the command line for what an override says.
std::string place(Position at) {
  return at.line > 0 ? fmt::format("line {}", at.line) : std::string("--set");
}

}  // namespace

bool is_name(std::string_view name, bool spaces) {
  if (name.empty() || name.front() == '.' || name.front() == '-') return false;
  char32_t previous = ' ';
  for (std::size_t i = 0; i < name.size();) {
    const auto c = next_code_point(name, i);
    const bool space_between_words = spaces && c == ' ' && previous != ' ';
    if (!is_name_character(c) && !space_between_words) return false;
    previous = c;
  }
  return previous != ' ';
}

void check_name(const std::string& name, const std::string& what, bool spaces, Position at, Reader& reader) {
  if (is_name(name, spaces)) return;
  reader.complain(
      at,
      fmt::format(
          "{} must be made of letters, digits, {}'_', '.' and '-', and not begin with '.' or '-', found {}",
          what, spaces ? "single spaces, " : "", visible(toml_text(name))));
}

void check_distinct(const std::vector<NamedPlace>& names, const std::string& what, Reader& reader) {
  std::map<std::string, const NamedPlace*> known;
  for (const auto& name : names) {
    const auto [it, fresh] = known.emplace(folded(name.value), &name);
    if (fresh || name.value.empty()) continue;
    const auto& first = *it->second;
    if (first.value == name.value) {
      reader.complain(name.at, fmt::format("{} '{}' is defined in {} and in {}; rename one", what, name.value,
                                           place(first.at), place(name.at)));
    } else {
      reader.complain(name.at, fmt::format("{} '{}' and '{}' of {} differ in case alone; rename one", what,
                                           name.value, first.value, place(first.at)));
    }
  }
}

}  // namespace kdbench
