#include <kdbench/suite/tables/plugin_params.h>

#include <kdbench/suite/keys/key_homes.h>

#include <fmt/core.h>

#include <set>

namespace kdbench::inline suite {
namespace {

bool is_scalar(const Node& node, const Node::Entry& entry, bool lists, Reader& reader) {
  if (node.kind == Node::Kind::kScalar) return true;
  reader.complain(node.at,
                  fmt::format("'{}' must be {}, found {}", entry.key,
                              lists ? "a boolean, a number, a string or a list of them" : "a boolean, a number or a string",
                              described(node)));
  return false;
}

/// 4 and 4.0 are one value wherever a real number is wanted.
SuiteValue as_compared(const SuiteValue& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole ? SuiteValue(static_cast<double>(*whole)) : value;
}

}  // namespace

void read_plugin_name(const Node::Entry& entry, PluginUse& use, Reader& reader) {
  if (auto name = reader.text(plugin_spec(), entry.value)) {
    if (name->empty())
      reader.complain(entry.value.at, "'plugin' is empty; leave it out to use the table's name");
    else
      use.plugin = {std::move(*name), entry.value.at};
  }
}

void read_plugin_param(const Node::Entry& entry, const std::string& header, bool lists, PluginUse& use, Reader& reader) {
  if (auto param = read_param(entry, header, lists, reader)) use.params.emplace(entry.key, std::move(*param));
}

std::optional<SuiteParam> read_param(const Node::Entry& entry, const std::string& header, bool lists, Reader& reader) {
  const auto& node = entry.value;
  if (node.is_table()) {
    const std::vector<std::string> known =
        header.starts_with("[models") ? std::vector<std::string>{"train"} : std::vector<std::string>{};
    reader.complain(entry.at, fmt::format("no table '{}' in {}{}", entry.key, header, hint(entry.key, header, known)));
    return {};
  }
  SuiteParam out;
  out.at = entry.at;
  out.is_list = node.is_list() && lists;
  std::set<SuiteValue> seen;
  const auto before = reader.complaints();
  const auto add = [&](const Node& item) {
    if (!is_scalar(item, entry, lists, reader)) return;
    if (!seen.insert(as_compared(item.scalar)).second) {
      return reader.complain(item.at, fmt::format("'{}' has {} twice", entry.key, toml_text(item.scalar)));
    }
    out.values.push_back(item.scalar);
    out.value_at.push_back(item.at);
  };
  if (out.is_list && node.items.empty())
    reader.complain(node.at, fmt::format("'{}' must have at least one value, found an empty list", entry.key));
  else if (out.is_list)
    for (const auto& item : node.items) add(item);
  else
    add(node);
  if (reader.complaints() != before) return {};
  return out;
}

}  // namespace kdbench::inline suite
