#include <kdbench/suite/tables/presets.h>

#include <kdbench/base/check.h>
#include <kdbench/base/text.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace kdbench::inline suite {
namespace {

/// As they stand in the file; a table of TOML has no order of its own.
std::vector<Node::Entry> in_order(std::vector<Node::Entry> entries) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.at.line < b.at.line; });
  return entries;
}

Preset read_preset(const Node::Entry& table, Reader& reader) {
  Preset preset{.name = table.key, .source = "", .accuracy = std::nullopt, .keys = {}};
  if (!reader.is_table(table, "[" + table.key + "]")) return preset;
  const KeySpec source{.key = "source", .doc = ""},
      accuracy{.key = "accuracy", .doc = "", .limits = {.above = 0, .at_most = 100}};
  for (const auto& entry : in_order(table.value.entries)) {
    if (entry.key == source.key)
      preset.source = reader.text(source, entry.value).value_or("");
    else if (entry.key == accuracy.key)
      preset.accuracy = reader.real(accuracy, entry.value);
    else if (entry.value.kind == Node::Kind::kScalar)
      preset.keys.emplace_back(entry.key, entry.value.scalar);
    else
      reader.complain(entry.at,
                      fmt::format("'{}' of a preset must be a single value, found {}", entry.key, described(entry.value)));
  }
  if (preset.source.empty()) reader.complain(table.at, fmt::format("[{}] needs a 'source': who printed it", table.key));
  return preset;
}

std::map<std::string, std::vector<Preset>, std::less<>> read_all() {
  std::map<std::string, std::vector<Preset>, std::less<>> out;
  for (const auto& [loss, text] : preset_files()) {
    auto presets = parse_presets(std::string(text), fmt::format("suites/presets/{}.toml", loss));
    KDBENCH_CHECK(presets, "a preset that the program was built with cannot be read");
    out.emplace(loss, std::move(*presets));
  }
  return out;
}

/// Whether the table says by other keys what `key` says.
bool says_otherwise(const Node& table, const std::string& key) {
  const auto has = [&](const char* other) { return table.find(other) != nullptr; };
  if (key == "alpha") return has("ce_weight") || has("kd_weight");
  if (key == "ce_weight" || key == "kd_weight") return has("alpha");
  return key == "tau" && has("tau_student") && has("tau_teacher");
}

std::string quoted_names(const std::vector<Preset>& presets) {
  std::vector<std::string> names;
  for (const auto& preset : presets) names.push_back(toml_text(preset.name));
  return join(names, ", ");
}

void apply_preset(Node::Entry& table, Reader& reader) {
  const auto* plugin = table.value.find(plugin_spec().key);
  const auto* named = plugin ? std::get_if<std::string>(&plugin->value.scalar) : &table.key;
  const Node value = table.value.find(preset_spec().key)->value;
  table.value.erase(preset_spec().key);
  const auto wanted = reader.text(preset_spec(), value);
  if (!named || !wanted) return;  // what is wrong with `plugin` is told where it is read
  const auto& presets = presets_of(*named);
  const auto preset = std::find_if(presets.begin(), presets.end(), [&](const auto& p) { return p.name == *wanted; });
  if (preset == presets.end()) {
    return reader.complain(value.at, presets.empty()
                                         ? fmt::format("there are no presets of the loss '{}'; remove 'preset'", *named)
                                         : fmt::format("the loss '{}' has no preset {}; it has {}", *named, toml_text(*wanted),
                                                       quoted_names(presets)));
  }
  const Node written = table.value;
  for (const auto& [key, scalar] : preset->keys) {
    if (written.find(key) || says_otherwise(written, key)) continue;
    auto& entry = table.value.at_key(key, value.at);
    entry.value.kind = Node::Kind::kScalar;
    entry.value.scalar = scalar;
    entry.value.at = value.at;
  }
}

}  // namespace

Result<std::vector<Preset>> parse_presets(const std::string& text, const std::string& file) {
  auto document = parse_document(text, file);
  if (!document) return document.error();
  Diagnostics diagnostics;
  Reader reader(file, diagnostics);
  std::vector<Preset> out;
  for (const auto& table : in_order(document->entries)) out.push_back(read_preset(table, reader));
  if (!diagnostics.empty()) return diagnostics;
  return out;
}

const std::vector<Preset>& presets_of(const std::string& loss) {
  static const auto known = read_all();
  static const std::vector<Preset> none;
  const auto it = known.find(loss);
  return it == known.end() ? none : it->second;
}

void apply_presets(Node& root, Reader& reader) {
  auto* losses = root.find("losses");
  if (!losses || !losses->value.is_table()) return;
  for (auto& table : losses->value.entries) {
    // A combination has no place for it, and says so where it is read.
    if (table.value.is_table() && table.value.find(preset_spec().key) && !table.value.find(of_spec().key))
      apply_preset(table, reader);
  }
}

}  // namespace kdbench::inline suite
