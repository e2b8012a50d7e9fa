#include "check_tree.h"

#include "rules.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <regex>

namespace kdbench::layering {
namespace {

namespace fs = std::filesystem;

struct Include {
  std::string target;
  bool quoted = false;
};

std::vector<fs::path> sources_under(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto ending = entry.path().extension();
    if (entry.is_regular_file() && (ending == ".h" || ending == ".cpp")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> checked_files(const fs::path& root) {
  auto files = sources_under(root / "framework" / "kdbench");
  for (auto& file : sources_under(root / "plugins")) {
    if (!file.filename().string().ends_with("_test.cpp")) files.push_back(std::move(file));
  }
  return files;
}

/// Returns the rule that fits a file: its own, else its layer's; null for a layer that is not in
/// the table.
const Rule* rule_of(const fs::path& relative) {
  const auto text = relative.generic_string();
  const std::string framework = "framework/kdbench/";
  const bool plugin = text.starts_with("plugins/");
  const auto inner = plugin ? text : text.substr(framework.size());
  const auto layer = inner.substr(0, inner.find('/'));
  const auto by_name = [](const std::vector<Rule>& rules, const std::string& name) -> const Rule* {
    const auto it = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.layer == name; });
    return it == rules.end() ? nullptr : &*it;
  };
  if (const auto* own = by_name(kFiles, inner)) return own;
  return by_name(kLayers, layer);
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// Returns the outside library of an include line, nothing for the standard library and the system.
std::string library_of(const std::string& target) {
  for (const auto& library : kLibraries) {
    if (target.starts_with(library.prefix)) return library.name;
  }
  if (target.find('/') == std::string::npos) return "";
  const auto fits = [&](const std::string& folder) { return target.starts_with(folder); };
  return std::any_of(kSystemFolders.begin(), kSystemFolders.end(), fits) ? "" : "a library that no layer names";
}

bool may_include_ours(const Rule& rule, const std::string& header) {
  const auto layer = header.substr(0, header.find('/'));
  return layer == rule.layer || contains(rule.uses, layer) || contains(rule.uses, header);
}

/// A quoted include may reach a neighbour of the same plugin kind's tree and nothing else.
bool may_include_quoted(const Rule& rule, const fs::path& root, const fs::path& file, const std::string& target) {
  if (rule.layer != "plugins") return false;
  const auto reached = (file.parent_path() / target).lexically_normal().lexically_relative(root).generic_string();
  return reached.starts_with("plugins/");
}

bool is_allowed(const Rule& rule, const fs::path& root, const fs::path& file, const Include& include) {
  const std::string ours = "kdbench/";
  if (include.quoted) return may_include_quoted(rule, root, file, include.target);
  if (include.target.starts_with(ours)) return may_include_ours(rule, include.target.substr(ours.size()));
  const auto library = library_of(include.target);
  return library.empty() || contains(rule.libraries, "*") || contains(rule.libraries, library);
}

std::string explanation(const Rule& rule, const Include& include) {
  const auto spelt = include.quoted ? '"' + include.target + '"' : '<' + include.target + '>';
  const auto who = rule.layer.ends_with(".h") || rule.layer.ends_with(".cpp") ? "file" : "layer";
  return fmt::format("{} '{}' may not include {}; it may use [{}] and the libraries [{}]", who, rule.layer, spelt,
                     fmt::join(rule.uses, ", "), fmt::join(rule.libraries, ", "));
}

void check_file(const fs::path& root, const fs::path& file, std::vector<std::string>& out) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
  static const std::regex kComputed(R"(^\s*#\s*include\s*[^<"\s].*)");
  const auto relative = file.lexically_relative(root);
  const auto* rule = rule_of(relative);
  if (rule == nullptr) {
    out.push_back(fmt::format("{}:1: this folder is no layer of the table in tests/layering/rules.h", relative.generic_string()));
    return;
  }
  std::ifstream in(file);
  std::string line;
  std::smatch found;
  for (int number = 1; std::getline(in, line); ++number) {
    const auto place = fmt::format("{}:{}: ", relative.generic_string(), number);
    if (std::regex_match(line, kComputed)) out.push_back(place + "an include of a macro cannot be checked; name the header");
    if (!std::regex_match(line, found, kInclude)) continue;
    const Include include{found[2], found[1] == "\""};
    if (!is_allowed(*rule, root, file, include)) out.push_back(place + explanation(*rule, include));
  }
}

/// Returns the comment lines a file opens with.
std::string opening_comment(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) {
    if (!line.starts_with("//")) break;
    out += line + "\n";
  }
  return out;
}

}  // namespace

std::vector<std::string> forbidden_includes(const fs::path& root) {
  std::vector<std::string> out;
  for (const auto& file : checked_files(root)) check_file(root, file, out);
  return out;
}

std::vector<std::string> overlong_files(const fs::path& root) {
  std::vector<std::string> out;
  for (const auto* folder : {"framework", "plugins", "tests", "benchmarks"}) {
    for (const auto& file : sources_under(root / folder)) {
      std::vector<std::string> lines;
      std::ifstream in(file);
      for (std::string line; std::getline(in, line);) lines.push_back(line);
      if (lines.size() <= kMaxLines || opening_comment(lines).find("long") != std::string::npos) continue;
      out.push_back(fmt::format("{}: {} lines; cut it below {}, or let its opening comment say why it is so long",
                                file.lexically_relative(root).generic_string(), lines.size(), kMaxLines));
    }
  }
  return out;
}

std::size_t num_checked_files(const fs::path& root) { return checked_files(root).size(); }

}  // namespace kdbench::layering
