#include <kdbench/suite/tables/names.h>

#include <kdbench/suite/text/unicode.h>

#include <fmt/core.h>

#include <cctype>
#include <map>

namespace kdbench::inline suite {
namespace {

bool is_name_character(char32_t c) {
  if (c >= 0x80) return !is_invisible(c);
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-';
}

std::string folded(std::string name) {
  for (auto& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

/// "line 12", or the command line for what an override says.
std::string place(Position at) { return at.line > 0 ? fmt::format("line {}", at.line) : std::string("--set"); }

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
      at, fmt::format("{} must be made of letters, digits, {}'_', '.' and '-', and not begin with '.' or '-', found {}", what,
                      spaces ? "single spaces, " : "", visible(toml_text(name))));
}

void check_distinct(const std::vector<NamedPlace>& names, const std::string& what, Reader& reader) {
  std::map<std::string, const NamedPlace*> known;
  for (const auto& name : names) {
    const auto [it, fresh] = known.emplace(folded(name.value), &name);
    if (fresh || name.value.empty()) continue;
    const auto& first = *it->second;
    if (first.value == name.value) {
      reader.complain(name.at, fmt::format("{} '{}' is defined in {} and in {}; rename one", what, name.value, place(first.at),
                                           place(name.at)));
    } else {
      reader.complain(name.at, fmt::format("{} '{}' and '{}' of {} differ in case alone; rename one", what, name.value,
                                           first.value, place(first.at)));
    }
  }
}

}  // namespace kdbench::inline suite
