/// Networks and data sets by the plugin that makes them, in words that are the same on every machine.
#pragma once
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kdbench::inline leaderboard {

/// A plugin with its numbers: in documents and on boards one text, "wrn depth=16 width=1". Parameters that are texts are left
/// out: they may be paths of one machine.
struct PluginName {
  std::string plugin;                                        ///< empty: nothing is known
  std::vector<std::pair<std::string, std::string>> numbers;  ///< by name; numbers and truths as JSON writes them

  /// The number of that name as text; empty where there is none.
  std::string number(const std::string& name) const;
  std::string text() const;
  bool operator==(const PluginName&) const = default;
};
std::string document_text(const PluginName& name);
/// @throws std::invalid_argument for a part that is no "name=number"
PluginName from_document_text(std::type_identity<PluginName>, const std::string& text);

/// A data set and how many of its rows a network was trained on: "fashion_mnist downsample=2, 10000 training rows".
struct DataName {
  PluginName source;
  std::int64_t training_rows = 0;  ///< 0: not known

  std::string text() const;
  bool operator==(const DataName&) const = default;
};
std::string document_text(const DataName& name);
/// @throws std::invalid_argument for a text that says something else after the plugin
DataName from_document_text(std::type_identity<DataName>, const std::string& text);

}  // namespace kdbench::inline leaderboard
