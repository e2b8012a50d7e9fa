#include "test_presence.h"

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::layering {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  if (!fs::exists(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Returns whether `folder` has a file that ends so, at any depth.
bool has_file(const fs::path& folder, const std::string& ending) {
  if (!fs::exists(folder)) return false;
  const auto fits = [&](const auto& entry) {
    return entry.is_regular_file() && entry.path().filename().string().ends_with(ending);
  };
  return std::any_of(fs::recursive_directory_iterator(folder), fs::recursive_directory_iterator(), fits);
}

/// The folders that the build makes a library of.
std::vector<fs::path> plugins_of(const fs::path& root) {
  std::vector<fs::path> plugins;
  for (const auto& kind : folders_in(root / "plugins")) {
    for (const auto& folder : folders_in(kind)) {
      if (fs::exists(folder / (folder.filename().string() + ".cpp"))) plugins.push_back(folder);
    }
  }
  return plugins;
}

std::vector<fs::path> layer_folders_of(const fs::path& root) {
  auto layers = folders_in(root / "framework" / "kdbench");
  layers.erase(std::remove_if(layers.begin(), layers.end(), [](const auto& layer) { return !has_file(layer, ".cpp"); }),
               layers.end());
  return layers;
}

}  // namespace

std::vector<std::string> missing_plugin_files(const fs::path& root) {
  std::vector<std::string> out;
  for (const auto& folder : plugins_of(root)) {
    const auto name = folder.filename().string(), place = folder.lexically_relative(root).generic_string();
    if (!fs::exists(folder / "README.md")) {
      out.push_back(
          fmt::format("{}: expected the method card README.md, found none; write the formula, source, departures "
                      "from it and parameters",
                      place));
    }
    if (!fs::exists(folder / (name + "_test.cpp"))) {
      out.push_back(
          fmt::format("{}: expected {}_test.cpp, found none; test there what is true of this plugin alone", place, name));
    }
  }
  return out;
}

std::vector<std::string> layers_without_tests(const fs::path& root) {
  std::vector<std::string> out;
  for (const auto& folder : layer_folders_of(root)) {
    const auto layer = folder.filename().string();
    if (has_file(root / "tests" / "unit" / layer, "_test.cpp")) continue;
    out.push_back(
        fmt::format("framework/kdbench/{0}: expected a *_test.cpp in tests/unit/{0}, found none; add one, and the layer "
                    "to the list in tests/CMakeLists.txt",
                    layer));
  }
  return out;
}

std::size_t num_plugins(const fs::path& root) { return plugins_of(root).size(); }
std::size_t num_layers(const fs::path& root) { return layer_folders_of(root).size(); }

}  // namespace kdbench::layering
