/// Texts about plugins and suite keys, made from the catalog document a worker sends.
#pragma once
#include <kdbench/base/json.h>
#include <kdbench/base/result.h>
#include <kdbench/suite/suite.h>

#include <string>
#include <vector>

namespace kdbench::inline cli {

/// Returns "model", "dataset", "loss" or "strategy" for such a word or its plural, or what is wrong
/// with it.
Result<std::string> plugin_kind(const std::string& word);

/// Returns the table of plugins (of one kind; empty: all), then the libraries that were refused
/// with their reasons.
std::string list_text(const Json& catalog, const std::string& kind);

/// Returns the plugin's entry, or a diagnostic with the nearest name.
Result<Json> find_plugin(const Json& catalog, const std::string& kind, const std::string& name);

/// Returns all a user must know to write the plugin's table in a suite.
std::string describe_text(const Json& plugin);
std::string describe_markdown(const Json& plugin);

/// Returns the keys of a suite file, table by table.
std::string suite_text(const std::vector<KeyDoc>& keys);
std::string suite_markdown(const std::vector<KeyDoc>& keys);

/// Returns the reference: suite keys, then every plugin, sorted by kind and name.
std::string reference_markdown(const Json& catalog, const std::vector<KeyDoc>& keys);

}  // namespace kdbench::inline cli
