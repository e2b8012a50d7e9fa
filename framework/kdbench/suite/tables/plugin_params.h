/// Reads what the tables of plugins have in common: the plugin's name and its parameters.
#pragma once
#include <kdbench/suite/text/reader.h>

#include <optional>
#include <string>

namespace kdbench::inline suite {

/// Reads `plugin = "NAME"`.
void read_plugin_name(const Node::Entry& entry, PluginUse& use, Reader& reader);

/// Keeps a parameter of the plugin as it stands. Complains about what can be no parameter: a table, a date,
/// and a list unless `lists`. `header` is "[models.teacher]" or the like.
void read_plugin_param(const Node::Entry& entry, const std::string& header, bool lists, PluginUse& use, Reader& reader);

/// Reads one value or a list of different ones. Returns nothing, with complaints, if any of it can be no
/// parameter.
std::optional<SuiteParam> read_param(const Node::Entry& entry, const std::string& header, bool lists, Reader& reader);

}  // namespace kdbench::inline suite
