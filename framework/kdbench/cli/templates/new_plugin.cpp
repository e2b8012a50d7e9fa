#include <kdbench/cli/templates/new_plugin.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace kdbench::inline cli {
namespace {

/// A longer name makes a file name that some systems refuse.
constexpr std::size_t kLongestName = 64;

/// The words that C++20 keeps for itself.
constexpr std::array<std::string_view, 92> kCppKeywords{
    "alignas",     "alignof",   "and",      "and_eq",    "asm",      "auto",         "bitand",
    "bitor",       "bool",      "break",    "case",      "catch",    "char",         "char8_t",
    "char16_t",    "char32_t",  "class",    "compl",     "concept",  "const",        "consteval",
    "constexpr",   "constinit", "co_await", "co_return", "co_yield", "const_cast",   "continue",
    "decltype",    "default",   "delete",   "do",        "double",   "dynamic_cast", "else",
    "enum",        "explicit",  "export",   "extern",    "false",    "float",        "for",
    "friend",      "goto",      "if",       "inline",    "int",      "long",         "mutable",
    "namespace",   "new",       "noexcept", "not",       "not_eq",   "nullptr",      "operator",
    "or",          "or_eq",     "private",  "protected", "public",   "register",     "reinterpret_cast",
    "requires",    "return",    "short",    "signed",    "sizeof",   "static",       "static_assert",
    "static_cast", "struct",    "switch",   "template",  "this",     "thread_local", "throw",
    "true",        "try",       "typedef",  "typeid",    "typename", "union",        "unsigned",
    "using",       "virtual",   "void",     "volatile",  "wchar_t",  "while",        "xor",
    "xor_eq"};

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_snake_case(const std::string& name) {
  if (name.empty() || !is_letter(name.front()) || name.back() == '_' || name.find("__") != std::string::npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

/// What was probably meant: "MyLoss" and "My-Loss" -> "my_loss"; empty where nothing comes out.
std::string as_snake_case(const std::string& name) {
  std::string out;
  bool after_small = false;
  for (const unsigned char c : name) {
    if (std::isupper(c) && after_small) out += '_';
    after_small = std::islower(c) || std::isdigit(c);
    const auto small = static_cast<char>(std::tolower(c));
    if (is_letter(small) || is_digit(small))
      out += small;
    else if (!out.empty() && out.back() != '_')
      out += '_';
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return is_snake_case(out) ? out : "";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

Diagnostic mistake(std::string message) { return {"", {}, std::move(message)}; }

}  // namespace

std::string camel_case(const std::string& name) {
  std::string out;
  bool begins = true;
  for (const char c : name) {
    if (c != '_') out += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    begins = c == '_';
  }
  return out;
}

Diagnostics mistakes_in_name(PluginKind kind, const std::string& name, const CatalogDocument& shelf) {
  const auto what = fmt::format("a {} cannot be called '{}'", name_of(kind), name);
  if (!is_snake_case(name)) {
    const auto meant = as_snake_case(name);
    return {mistake(fmt::format("{}: expected small letters, digits and single '_' between them, a letter first{}", what,
                                meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant)))};
  }
  if (name.size() > kLongestName)
    return {mistake(fmt::format("{}: expected at most {} letters, found {}", what, kLongestName, name.size()))};
  if (std::find(kCppKeywords.begin(), kCppKeywords.end(), name) != kCppKeywords.end())
    return {mistake(what + ", which is a word of C++; choose another name")};
  if (name == "options") return {mistake(what + ", since its class has a part of that name; choose another name")};
  for (const auto& plugin : shelf.plugins) {
    if (plugin.kind != kind || plugin.name != name) continue;
    return {mistake(fmt::format("{}: {} has a {} of that name, and the first to be loaded keeps it; choose another name", what,
                                plugin.library, name_of(kind)))};
  }
  return {};
}

std::vector<NewFile> new_plugin(PluginKind kind, const std::string& name) {
  const auto stand_in = "my_" + name_of(kind);
  const auto filled = [&](std::string_view text) {
    return replaced(replaced(std::string(text), camel_case(stand_in), camel_case(name)), stand_in, name);
  };
  std::vector<NewFile> files;
  for (const auto& file : template_files()) {
    if (file.kind == name_of(kind)) files.push_back({filled(file.path), filled(file.text)});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

}  // namespace kdbench::inline cli
