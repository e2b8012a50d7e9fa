/// The built-in plugin libraries of this build, loaded once.
#pragma once
#include <kdbench/registry/catalog.h>

namespace kdbench::test {

/// Returns the catalog of every built-in plugin and of the templates.
inline const Catalog& built_plugins() {
  static const Catalog catalog = [] {
    Catalog loaded;
    const std::string root = KDBENCH_PLUGIN_FOLDER;
    for (const auto& file : find_libraries({}, {root + "/plugins", root + "/template"})) loaded.load(file);
    return loaded;
  }();
  return catalog;
}

}  // namespace kdbench::test
