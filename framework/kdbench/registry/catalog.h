/// Catalog: every plugin of every library that could be loaded, and every library that could not, with the reason.
#pragma once
#include <kdbench/sdk/plugin.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kdbench::inline registry {

struct Library {
  std::string file;           ///< as it was named
  std::string name, version;  ///< of its KDBENCH_PLUGIN block; empty when refused
  std::string stamp;          ///< empty when it has none
  std::string content;        ///< LibraryFacts::content; empty when it has no stamp
  std::string reason;         ///< why it was refused; empty: loaded
};

/// Keys that the host reads itself in the tables of a suite, by kind of plugin. A plugin's parameter of that name could never be
/// set.
struct HostKeys {
  std::vector<std::string> models = {}, datasets = {}, losses = {}, strategies = {}, gradient_policies = {}, calibrators = {};
};

/// A plugin with the library it came from.
template <class EntryType>
struct Listed : EntryType {
  std::string library, version;
};

class Catalog {
 public:
  Catalog() = default;
  /// @param host what no plugin may call a parameter
  explicit Catalog(HostKeys host) : host_keys_(std::move(host)) {}

  std::vector<Library> libraries;
  std::map<std::string, Listed<ModelEntry>> models;
  std::map<std::string, Listed<DatasetEntry>> datasets;
  std::map<std::string, Listed<LossEntry>> losses;
  std::map<std::string, Listed<StrategyEntry>> strategies;
  std::map<std::string, Listed<GradientPolicyEntry>> gradient_policies;
  std::map<std::string, Listed<CalibratorEntry>> calibrators;

  /// Loads one library and registers its plugins, all or none of them. Never throws for a bad library: it becomes a Library
  /// with a reason. Libraries are never unloaded, because plugin code must outlive every object made from it.
  void load(const std::filesystem::path& file);

  /// Notes a library that must not be loaded, with the reason (it killed a worker before).
  void exclude(const std::string& file, const std::string& reason);

 private:
  HostKeys host_keys_;
};

/// Returns the plugin that says of itself that others are compared with it (About::is_baseline); nullptr if none does.
template <class EntryType>
const Listed<EntryType>* baseline_of(const std::map<std::string, Listed<EntryType>>& known) {
  const auto it = std::find_if(known.begin(), known.end(), [](const auto& item) { return item.second.about.is_baseline; });
  return it == known.end() ? nullptr : &it->second;
}

/// Returns the libraries to load: `files` as they are, then every *.so of the folders, sorted by name, each real file once.
std::vector<std::filesystem::path> find_libraries(const std::vector<std::string>& files, const std::vector<std::string>& folders);

}  // namespace kdbench::inline registry
