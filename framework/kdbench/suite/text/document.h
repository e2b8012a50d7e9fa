/// Document: a TOML text as a tree that keeps the place of every key and value. The TOML library is seen by
/// document.cpp alone.
#pragma once
#include <kdbench/suite/suite.h>

#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline suite {

/// A value of a document. Which member holds it is told by `kind`.
struct Node {
  enum class Kind { kTable, kList, kScalar, kDate };
  struct Entry;

  Kind kind = Kind::kTable;
  SuiteValue scalar;           ///< of kScalar
  std::vector<Node> items;     ///< of kList, in order
  std::vector<Entry> entries;  ///< of kTable, each key once
  Position at;                 ///< of the value

  bool is_table() const { return kind == Kind::kTable; }
  bool is_list() const { return kind == Kind::kList; }

  /// Returns the entry of a table, or nullptr.
  const Entry* find(std::string_view key) const;
  Entry* find(std::string_view key);
  /// Returns the entry of a table, which is made if it is missing.
  Entry& at_key(const std::string& key, Position key_at);
  void erase(std::string_view key);
  std::vector<std::string> keys() const;
};

struct Node::Entry {
  std::string key;
  Position at;  ///< of the key
  Node value;
};

/// Returns what a value is, for messages: `the string "ten"`, `the integer 3`, `a list`, `a table`.
std::string described(const Node& node);

/// Parses a file's text into a table. The text ends at the first mistake of syntax, so there is one
/// diagnostic at most.
Result<Node> parse_document(const std::string& text, const std::string& file);

/// Parses the value of an override: TOML, or else the text as a string. Everything in it stands at `at`.
Node parse_override_value(const std::string& text, Position at);

}  // namespace kdbench::inline suite
