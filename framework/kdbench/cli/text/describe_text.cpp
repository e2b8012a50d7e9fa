#include <kdbench/cli/text/describe_text.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/text/columns.h>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace kdbench::inline cli {
namespace {

struct Kind {
  const char *one, *many;
};
constexpr std::array<Kind, 4> kKinds{
    {{"model", "models"}, {"dataset", "datasets"}, {"loss", "losses"}, {"strategy", "strategies"}}};

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string library_name(const Json& plugin) { return std::filesystem::path(text(plugin, "library")).stem().string(); }

std::string value_text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string default_text(const Json& param) {
  const auto value = param.value("default", Json());
  return value.is_string() && value.get<std::string>().empty() ? "\"\"" : value_text(value);
}

/// "in [0, 1]", ">= 2", "one of a, b", or "".
std::string range_text(const Json& param) {
  const auto choices = param.value("choices", std::vector<std::string>{});
  if (!choices.empty()) return "one of " + join(choices, ", ");
  const auto low = param.value("min", Json()), high = param.value("max", Json());
  if (low.is_null() && high.is_null()) return "";
  if (high.is_null()) return ">= " + value_text(low);
  if (low.is_null()) return "<= " + value_text(high);
  return fmt::format("in [{}, {}]", value_text(low), value_text(high));
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

std::vector<std::vector<std::string>> param_rows(const Json& plugin) {
  std::vector<std::vector<std::string>> rows = {{"parameter", "type", "default", "range", "meaning"}};
  for (const auto& p : plugin.value("params", Json::array())) {
    rows.push_back({text(p, "name"), text(p, "type"), default_text(p), range_text(p), text(p, "doc")});
  }
  return rows;
}

/// Formula, source and needs, where the plugin tells them.
std::vector<std::vector<std::string>> facts(const Json& plugin) {
  std::vector<std::vector<std::string>> rows;
  for (const auto* key : {"formula", "source", "needs"}) {
    if (const auto fact = text(plugin, key); !fact.empty()) rows.push_back({key, fact});
  }
  return rows;
}

constexpr const char* kLossKeys =
    "A loss table also takes the host's keys alpha, tau, tau_student, tau_teacher, "
    "teacher_temperature and tau_squared\n"
    "(kdbench describe suite).";

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

Result<std::string> plugin_kind(const std::string& word) {
  std::vector<std::string> words;
  for (const auto& kind : kKinds) {
    if (word == kind.one || word == kind.many) return std::string(kind.one);
    words.push_back(kind.one);
  }
  return Diagnostic{"", {}, fmt::format("no kind of plugin is called '{}'{}", word, suggestion(word, words))};
}

std::string list_text(const Json& catalog, const std::string& kind) {
  std::vector<std::vector<std::string>> rows = {{"kind", "name", "library", "version", "summary"}}, refused;
  for (const auto& wanted : kKinds) {
    for (const auto& p : catalog.value("plugins", Json::array())) {
      if (text(p, "kind") != wanted.one || (!kind.empty() && kind != wanted.one)) continue;
      rows.push_back({wanted.one, text(p, "name"), library_name(p), text(p, "version"), text(p, "summary")});
    }
  }
  for (const auto& library : catalog.value("libraries", Json::array())) {
    if (!library.value("ok", false)) refused.push_back({text(library, "file"), text(library, "reason")});
  }
  auto out = rows.size() > 1 ? aligned(rows) : std::string("no plugins; KDBENCH_PLUGIN_PATH and --plugin say where they are\n");
  if (!refused.empty()) out.append("\nrefused libraries\n").append(aligned(refused, "  "));
  return out;
}

Result<Json> find_plugin(const Json& catalog, const std::string& kind, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& plugin : catalog.value("plugins", Json::array())) {
    if (text(plugin, "kind") != kind) continue;
    if (text(plugin, "name") == name) return plugin;
    names.push_back(text(plugin, "name"));
  }
  return Diagnostic{"", {}, fmt::format("no {} '{}'{}", kind, name, suggestion(name, names))};
}

std::string describe_text(const Json& plugin) {
  auto out = fmt::format("{} {} (library {}, version {})\n{}\n", text(plugin, "kind"), text(plugin, "name"), library_name(plugin),
                         text(plugin, "version"), text(plugin, "summary"));
  if (const auto rows = facts(plugin); !rows.empty()) out.append("\n").append(aligned(rows));
  const auto params = param_rows(plugin);
  out.append("\n").append(params.size() > 1 ? aligned(params) : "no parameters\n");
  if (text(plugin, "kind") == "loss") out.append("\n").append(kLossKeys).append("\n");
  return out;
}

std::string describe_markdown(const Json& plugin) {
  auto out = fmt::format("### {} `{}`\n\n{}\n\n", text(plugin, "kind"), text(plugin, "name"), text(plugin, "summary"));
  for (const auto& row : facts(plugin)) out += fmt::format("- {}: {}\n", row[0], row[1]);
  out += fmt::format("- library: `{}`, version {}\n\n", library_name(plugin), text(plugin, "version"));
  const auto params = param_rows(plugin);
  return out + (params.size() > 1 ? markdown_table(params) : "No parameters.\n");
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

std::string reference_markdown(const Json& catalog, const std::vector<KeyDoc>& keys) {
  auto out = "# Suite reference\n\n## Keys of a suite file\n\n" + suite_markdown(keys);
  for (const auto& kind : kKinds) {
    out += fmt::format("\n## Plugins: {}\n", kind.many);
    for (const auto& plugin : catalog.value("plugins", Json::array())) {
      if (text(plugin, "kind") == kind.one) out.append("\n").append(describe_markdown(plugin));
    }
  }
  return out;
}

}  // namespace kdbench::inline cli
