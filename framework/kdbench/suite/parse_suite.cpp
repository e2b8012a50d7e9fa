#include <kdbench/base/files.h>
#include <kdbench/base/text.h>
#include <kdbench/suite/suite.h>
#include <kdbench/suite/tables/named_tables.h>
#include <kdbench/suite/tables/presets.h>
#include <kdbench/suite/tables/studies.h>
#include <kdbench/suite/text/overlay.h>

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace kdbench::inline suite {
namespace {

void read_root(Node root, Suite& suite, Reader& reader) {
  apply_presets(root, reader);
  check_top(root, reader);
  read_suite_table(root.find("suite"), suite, reader);
  read_tables(root, suite, reader);
  read_studies(root, suite, reader);
}

void apply_overrides(Node& root, const std::vector<Override>& overrides, Reader& reader) {
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    apply_override(root, overrides[i], {-static_cast<int>(i) - 1, 0}, reader);
  }
}

using Places = std::set<std::pair<int, int>>;

void collect_places(const Node& node, Places& places) {
  places.emplace(node.at.line, node.at.col);
  for (const auto& item : node.items) collect_places(item, places);
  for (const auto& entry : node.entries) {
    places.emplace(entry.at.line, entry.at.col);
    collect_places(entry.value, places);
  }
}

/// Complains about mistakes inside a profile that was not chosen: they would wait for the day it is.
void check_profile(Node root, const Node& profile, const ParseOptions& options, Suite suite, Diagnostics& diagnostics) {
  Diagnostics all;
  Reader reader(suite.file, all);
  lay_over(root, profile, reader);
  Diagnostics ignored;
  Reader silent(suite.file, ignored);  // the overrides were complained about when they met the chosen profile
  apply_overrides(root, options.overrides, silent);
  read_root(root, suite, reader);
  Places places;
  collect_places(profile, places);
  std::copy_if(all.begin(), all.end(), std::back_inserter(diagnostics), [&](const Diagnostic& d) {
    return places.contains({d.at.line, d.at.col});
  });
}

void parse(Node root, const ParseOptions& options, Suite& suite, Diagnostics& diagnostics) {
  Reader reader(suite.file, diagnostics);
  const auto profiles = take_profiles(root, reader);
  for (const auto& [name, profile] : profiles) {
    if (name != options.profile) check_profile(root, profile, options, suite, diagnostics);
  }
  if (const auto chosen = profiles.find(options.profile); chosen != profiles.end()) {
    lay_over(root, chosen->second, reader);
  } else if (!options.profile.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, profile] : profiles) names.push_back(name);
    const auto known = names.empty() ? "; it has no profiles" : suggestion(options.profile, names);
    diagnostics.push_back(
        {"", {}, fmt::format("--profile {}: {} has no [profile.{}]{}", options.profile, suite.file, options.profile, known)});
  }
  apply_overrides(root, options.overrides, reader);
  read_root(root, suite, reader);
}

}  // namespace

Diagnostics with_overrides_named(Diagnostics diagnostics, const std::vector<Override>& overrides) {
  for (auto& d : diagnostics) {
    const auto index = static_cast<std::size_t>(-static_cast<std::int64_t>(d.at.line)) - 1;
    if (d.at.line >= 0 || index >= overrides.size()) continue;
    d = {"", {}, fmt::format("--set {}={}: {}", overrides[index].key, overrides[index].value, d.message)};
  }
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const auto& a, const auto& b) {
    return std::tie(a.file, a.at.line, a.at.col) < std::tie(b.file, b.at.line, b.at.col);
  });
  std::set<std::string> seen;
  std::erase_if(diagnostics, [&](const auto& d) { return !seen.insert(d.text()).second; });
  return diagnostics;
}

ParsedSuite parse_suite(const std::string& text, const std::string& file, const ParseOptions& options) {
  ParsedSuite parsed;
  parsed.suite.file = file;
  parsed.suite.overrides = options.overrides;
  auto document = parse_document(text, file);
  if (document)
    parse(std::move(*document), options, parsed.suite, parsed.diagnostics);
  else
    parsed.diagnostics = document.error();
  parsed.diagnostics = with_overrides_named(std::move(parsed.diagnostics), options.overrides);
  return parsed;
}

ParsedSuite read_suite(const std::string& file, const ParseOptions& options) {
  const auto text = read_file(file);
  if (text) return parse_suite(*text, file, options);
  ParsedSuite parsed;
  parsed.suite.file = file;
  parsed.diagnostics = text.error();
  return parsed;
}

}  // namespace kdbench::inline suite
