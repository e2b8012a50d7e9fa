// Lists what a source tree has without a test beside it. Reads names of files alone.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::layering {

/// Returns a line for every file that a plugin lacks: each folder ROOT/plugins/KIND/NAME with a NAME.cpp has a NAME_test.cpp and
/// a README.md, the method card. In order of path, relative to ROOT.
std::vector<std::string> missing_plugin_files(const std::filesystem::path& root);

/// Returns a line for every layer without a test: each folder of ROOT/framework/kdbench with a .cpp at any depth has a *_test.cpp
/// at any depth of ROOT/tests/unit/LAYER. In order of name.
std::vector<std::string> layers_without_tests(const std::filesystem::path& root);

/// Returns how many plugins and layers these two look at.
std::size_t num_plugins(const std::filesystem::path& root);
std::size_t num_layers(const std::filesystem::path& root);

}  // namespace kdbench::layering
