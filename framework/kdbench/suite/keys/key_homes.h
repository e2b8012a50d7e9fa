/// Where a key that stands in the wrong place belongs.
#pragma once
#include <string>
#include <vector>

namespace kdbench::inline suite {

/// Returns the rest of a message about `key`, which `table` ("[suite]") does not know: `; it belongs in
/// [train]`, or the nearest of the `known` keys, or the nearest of another table, or the list of the known.
std::string hint(const std::string& key, const std::string& table, const std::vector<std::string>& known);

}  // namespace kdbench::inline suite
