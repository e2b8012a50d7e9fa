/// Which build of every plugin a catalog holds.
#pragma once
#include <kdbench/protocol/requests.h>
#include <kdbench/registry/catalog.h>

#include <vector>

namespace kdbench::inline worker {

/// Returns every plugin of the catalog with the content of its library.
std::vector<UsedPlugin> used_plugins(const Catalog& catalog);

/// The same, with whether the library was named by itself.
std::vector<LoadedPlugin> loaded_plugins(const Catalog& catalog, const Libraries& libraries);

}  // namespace kdbench::inline worker
