#include <kdbench/cli/text/describe_text.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/suite/tables/presets.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>
#include <variant>

namespace kdbench::inline cli {
namespace {

constexpr std::array<std::pair<PluginKind, const char*>, 6> kPlurals{{{PluginKind::kModel, "models"},
                                                                      {PluginKind::kDataset, "datasets"},
                                                                      {PluginKind::kLoss, "losses"},
                                                                      {PluginKind::kStrategy, "strategies"},
                                                                      {PluginKind::kGradientPolicy, "gradient_policies"},
                                                                      {PluginKind::kCalibrator, "calibrators"}}};

std::string library_name(const PluginDocument& plugin) { return std::filesystem::path(plugin.library).stem().string(); }

std::string default_text(const ParamDocument& param) {
  const auto* text = std::get_if<std::string>(&param.default_value.value);
  if (text != nullptr) return text->empty() ? "\"\"" : *text;
  return to_document(param.default_value).dump();
}

/// "in [0, 1]", ">= 2", "one of a, b", or "".
std::string range_text(const ParamDocument& param) {
  if (!param.choices.empty()) return "one of " + join(param.choices, ", ");
  const auto low = to_document(param.min).dump(), high = to_document(param.max).dump();
  if (param.min && param.max) return fmt::format("in [{}, {}]", low, high);
  if (param.min) return ">= " + low;
  return param.max ? "<= " + high : "";
}

std::string escaped(const std::string& cell) {
  std::string out;
  for (const char c : cell) out += c == '|' ? std::string("\\|") : c == '\n' ? std::string(" ") : std::string(1, c);
  return out;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string out = "|";
  for (const auto& cell : cells) out += fmt::format(" {} |", escaped(cell));
  return out + "\n";
}

std::string markdown_table(const std::vector<std::vector<std::string>>& rows) {
  std::string out = markdown_row(rows.front());
  out += markdown_row(std::vector<std::string>(rows.front().size(), "---"));
  for (std::size_t i = 1; i < rows.size(); ++i) out += markdown_row(rows[i]);
  return out;
}

std::vector<std::vector<std::string>> param_rows(const PluginDocument& plugin) {
  std::vector<std::vector<std::string>> rows = {{"parameter", "type", "default", "range", "meaning"}};
  for (const auto& p : plugin.params) {
    rows.push_back({p.name, to_document(p.type).get<std::string>(), default_text(p), range_text(p), p.doc});
  }
  return rows;
}

/// Formula, source and needs, where the plugin tells them.
std::vector<std::vector<std::string>> facts(const PluginDocument& plugin) {
  std::vector<std::vector<std::string>> rows{{"formula", plugin.formula}, {"source", plugin.source}, {"needs", plugin.needs}};
  std::erase_if(rows, [](const auto& row) { return row[1].empty(); });
  return rows;
}

std::string loss_keys_text() {
  std::vector<std::string> keys;
  for (const auto& key : suite_keys()) {
    if (key.table == "losses.NAME") keys.push_back(key.key);
  }
  return fmt::format("A loss table also takes the host's keys (kdbench describe suite): {}.", join(keys, ", "));
}

std::vector<std::vector<std::string>> preset_rows(const std::string& loss) {
  std::vector<std::vector<std::string>> rows = {{"preset", "keys", "reported accuracy (%)", "source"}};
  for (const auto& preset : presets_of(loss)) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : preset.keys) keys.push_back(fmt::format("{} = {}", key, toml_text(value)));
    rows.push_back(
        {preset.name, join(keys, ", "), preset.accuracy ? fmt::format("{:.2f}", *preset.accuracy) : "", preset.source});
  }
  return rows;
}

constexpr const char* kPresetsTitle =
    "Published settings; a suite takes one by `preset = \"NAME\"`, and its own keys count before it:";

std::string presets_text(const std::string& loss) {
  const auto rows = preset_rows(loss);
  return rows.size() > 1 ? fmt::format("\n{}\n{}", kPresetsTitle, aligned(rows)) : "";
}

std::string presets_markdown(const std::string& loss) {
  const auto rows = preset_rows(loss);
  return rows.size() > 1 ? fmt::format("\n{}\n\n{}", kPresetsTitle, markdown_table(rows)) : "";
}

/// Calls `each(table, rows)` for every table of the suite, in order.
template <class Function>
void for_each_table(const std::vector<KeyDoc>& keys, Function each) {
  std::vector<std::string> tables;
  for (const auto& key : keys) {
    if (std::find(tables.begin(), tables.end(), key.table) == tables.end()) tables.push_back(key.table);
  }
  for (const auto& table : tables) {
    std::vector<std::vector<std::string>> rows = {{"key", "type", "default", "meaning"}};
    for (const auto& key : keys) {
      if (key.table == table) rows.push_back({key.key, key.type, key.default_text, key.doc});
    }
    each(table, rows);
  }
}

}  // namespace

Result<PluginKind> plugin_kind(const std::string& word) {
  std::vector<std::string> words;
  for (const auto& [kind, plural] : kPlurals) {
    if (word == name_of(kind) || word == plural) return kind;
    words.push_back(name_of(kind));
  }
  return Diagnostic{"", {}, fmt::format("no kind of plugin is called '{}'{}", word, suggestion(word, words))};
}

std::string list_text(const CatalogDocument& catalog, std::optional<PluginKind> wanted) {
  std::vector<std::vector<std::string>> rows = {{"kind", "name", "library", "version", "summary"}}, refused;
  for (const auto& [kind, plural] : kPlurals) {
    if (wanted && *wanted != kind) continue;
    for (const auto& p : catalog.plugins) {
      if (p.kind == kind) rows.push_back({name_of(kind), p.name, library_name(p), p.version, p.summary});
    }
  }
  for (const auto& library : catalog.libraries) {
    if (!library.ok) refused.push_back({library.file, library.reason});
  }
  auto out = rows.size() > 1 ? aligned(rows) : std::string("no plugins; KDBENCH_PLUGIN_PATH and --plugin say where they are\n");
  if (!refused.empty()) out.append("\nrefused libraries\n").append(aligned(refused, "  "));
  return out;
}

Result<PluginDocument> find_plugin(const CatalogDocument& catalog, PluginKind kind, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& plugin : catalog.plugins) {
    if (plugin.kind != kind) continue;
    if (plugin.name == name) return plugin;
    names.push_back(plugin.name);
  }
  return Diagnostic{"", {}, fmt::format("no {} '{}'{}", name_of(kind), name, suggestion(name, names))};
}

std::string describe_text(const PluginDocument& plugin) {
  auto out = fmt::format("{} {} (library {}, version {})\n{}\n", name_of(plugin.kind), plugin.name, library_name(plugin),
                         plugin.version, plugin.summary);
  if (const auto rows = facts(plugin); !rows.empty()) out.append("\n").append(aligned(rows));
  const auto params = param_rows(plugin);
  out.append("\n").append(params.size() > 1 ? aligned(params) : "no parameters\n");
  if (plugin.kind == PluginKind::kLoss) out.append("\n").append(loss_keys_text()).append("\n").append(presets_text(plugin.name));
  return out;
}

std::string describe_markdown(const PluginDocument& plugin) {
  auto out = fmt::format("### {} `{}`\n\n{}\n\n", name_of(plugin.kind), plugin.name, plugin.summary);
  for (const auto& row : facts(plugin)) out += fmt::format("- {}: {}\n", row[0], row[1]);
  out += fmt::format("- library: `{}`, version {}\n\n", library_name(plugin), plugin.version);
  const auto params = param_rows(plugin);
  out += params.size() > 1 ? markdown_table(params) : "No parameters.\n";
  return plugin.kind == PluginKind::kLoss ? out + presets_markdown(plugin.name) : out;
}

std::string suite_text(const std::vector<KeyDoc>& keys) {
  std::string out;
  for_each_table(keys, [&](const std::string& table, const auto& rows) {
    out += fmt::format("{}[{}]\n{}", out.empty() ? "" : "\n", table, aligned(rows, "  "));
  });
  return out;
}

std::string suite_markdown(const std::vector<KeyDoc>& keys) {
  std::string out;
  for_each_table(keys, [&](const std::string& table, const auto& rows) {
    out += fmt::format("{}### `[{}]`\n\n{}", out.empty() ? "" : "\n", table, markdown_table(rows));
  });
  return out;
}

std::string reference_markdown(const CatalogDocument& catalog, const std::vector<KeyDoc>& keys) {
  auto out = "# Suite reference\n\n## Keys of a suite file\n\n" + suite_markdown(keys);
  for (const auto& [kind, plural] : kPlurals) {
    out += fmt::format("\n## Plugins: {}\n", plural);
    for (const auto& plugin : catalog.plugins) {
      if (plugin.kind == kind) out.append("\n").append(describe_markdown(plugin));
    }
  }
  return out;
}

}  // namespace kdbench::inline cli
