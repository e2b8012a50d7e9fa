/// Texts about plugins and suite keys, made from the catalog a worker sends.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/protocol/catalog_document.h>
#include <kdbench/suite/suite.h>

#include <optional>
#include <string>
#include <vector>

namespace kdbench::inline cli {

/// Returns the kind that is called by such a word or its plural, or what is wrong with it.
Result<PluginKind> plugin_kind(const std::string& word);

/// Returns the table of plugins (of one kind, or all), then the libraries that were refused
/// with their reasons.
std::string list_text(const CatalogDocument& catalog, std::optional<PluginKind> wanted);

/// Returns the plugin's entry, or a diagnostic with the nearest name.
Result<PluginDocument> find_plugin(const CatalogDocument& catalog, PluginKind kind, const std::string& name);

/// Returns all a user must know to write the plugin's table in a suite.
std::string describe_text(const PluginDocument& plugin);
std::string describe_markdown(const PluginDocument& plugin);

/// Returns the keys of a suite file, table by table.
std::string suite_text(const std::vector<KeyDoc>& keys);
std::string suite_markdown(const std::vector<KeyDoc>& keys);

/// Returns the reference: suite keys, then every plugin, sorted by kind and name.
std::string reference_markdown(const CatalogDocument& catalog, const std::vector<KeyDoc>& keys);

}  // namespace kdbench::inline cli
