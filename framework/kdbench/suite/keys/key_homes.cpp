#include <kdbench/suite/keys/key_homes.h>

#include <kdbench/base/text.h>
#include <kdbench/suite/keys/fields.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline suite {
namespace {

/// Returns the tables that have `key`, as headers; [models.NAME.train] stands behind [train].
std::vector<std::string> homes(const std::string& key) {
  std::vector<std::string> out;
  for (const auto& doc : suite_keys()) {
    const auto header = "[" + doc.table + "]";
    if (doc.key == key && header != "[models.NAME.train]") out.push_back(header);
  }
  return out;
}

std::vector<std::string> all_keys() {
  std::vector<std::string> out;
  for (const auto& doc : suite_keys()) out.push_back(doc.key);
  return out;
}

}  // namespace

std::string hint(const std::string& key, const std::string& table, const std::vector<std::string>& known) {
  const auto& tables = top_tables();
  if (std::find(tables.begin(), tables.end(), key) != tables.end()) {
    return fmt::format("; {} stands at the top of the file", key == "studies" ? "[[studies]]" : "[" + key + "]");
  }
  if (const auto where = homes(key); !where.empty()) return fmt::format("; it belongs in {}", join(where, " or "));
  if (nearest(key, known)) return suggestion(key, known);
  if (const auto near = nearest(key, all_keys())) {
    const auto where = homes(*near);
    if (where.front() != table) return fmt::format("; did you mean '{}' of {}?", *near, join(where, " or "));
  }
  return suggestion(key, known);
}

}  // namespace kdbench::inline suite
