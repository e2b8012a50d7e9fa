// Finds circles among the includes of framework/kdbench: what stands in one can only be understood, tested and moved as a whole.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::layering {

/// Returns a line for every circle of units, where a unit is a header with the source beside it (`train/session/session`):
/// `a -> b -> a: file:line, file:line`, each place the include that makes one step. Every unit of a circle is in one of the
/// lines, in its shortest; lines are in order of their text.
std::vector<std::string> unit_cycles(const std::filesystem::path& root);

/// Returns the same for the rooms of one layer, a room being a folder of the layer with all below it (`stats/maps`). A unit that
/// stands in the layer's own folder is a room of one.
std::vector<std::string> room_cycles(const std::filesystem::path& root, const std::string& layer);

/// Returns the layers: the folders of ROOT/framework/kdbench, in order.
std::vector<std::string> layers_of(const std::filesystem::path& root);

}  // namespace kdbench::layering
