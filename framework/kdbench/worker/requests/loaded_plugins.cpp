#include <kdbench/worker/requests/loaded_plugins.h>

#include <algorithm>
#include <filesystem>

namespace kdbench::inline worker {
namespace {

const Library* library_of(const Catalog& catalog, const std::string& file) {
  const auto it = std::find_if(catalog.libraries.begin(), catalog.libraries.end(),
                               [&](const auto& library) { return library.file == file && library.reason.empty(); });
  return it == catalog.libraries.end() ? nullptr : &*it;
}

/// Calls visit(kind, entry) for every plugin.
template <class Visit>
void each_plugin(const Catalog& catalog, const Visit& visit) {
  for (const auto& [name, entry] : catalog.models) visit(PluginKind::kModel, entry);
  for (const auto& [name, entry] : catalog.datasets) visit(PluginKind::kDataset, entry);
  for (const auto& [name, entry] : catalog.losses) visit(PluginKind::kLoss, entry);
  for (const auto& [name, entry] : catalog.strategies) visit(PluginKind::kStrategy, entry);
  for (const auto& [name, entry] : catalog.gradient_policies) visit(PluginKind::kGradientPolicy, entry);
  for (const auto& [name, entry] : catalog.calibrators) visit(PluginKind::kCalibrator, entry);
}

template <class EntryType>
UsedPlugin used_plugin(const Catalog& catalog, PluginKind kind, const EntryType& entry) {
  const auto* library = library_of(catalog, entry.library);
  return {{kind, entry.name}, std::filesystem::path(entry.library).filename().string(), library ? library->content : ""};
}

}  // namespace

std::vector<UsedPlugin> used_plugins(const Catalog& catalog) {
  std::vector<UsedPlugin> out;
  each_plugin(catalog, [&](PluginKind kind, const auto& entry) { out.push_back(used_plugin(catalog, kind, entry)); });
  return out;
}

std::vector<LoadedPlugin> loaded_plugins(const Catalog& catalog, const Libraries& libraries) {
  std::vector<LoadedPlugin> out;
  const auto& named = libraries.plugins;
  each_plugin(catalog, [&](PluginKind kind, const auto& entry) {
    const bool is_named = std::find(named.begin(), named.end(), entry.library) != named.end();
    out.push_back({used_plugin(catalog, kind, entry), is_named});
  });
  return out;
}

}  // namespace kdbench::inline worker
