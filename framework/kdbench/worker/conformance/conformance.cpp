#include <kdbench/worker/conformance/conformance.h>

namespace kdbench::inline worker {
namespace {

template <class EntryType>
const EntryType& entry_of(const std::map<std::string, Listed<EntryType>>& known, PluginKind kind, const std::string& name) {
  const auto it = known.find(name);
  if (it == known.end()) throw Error("no " + name_of(kind) + " '" + name + "' in what was loaded");
  return it->second;
}

}  // namespace

void check_plugin(const Catalog& catalog, PluginKind kind, const std::string& name, const std::filesystem::path& data_dir,
                  const Report& report) {
  switch (kind) {
    case PluginKind::kModel:
      return check_model(entry_of(catalog.models, kind, name), report);
    case PluginKind::kDataset:
      return check_dataset(entry_of(catalog.datasets, kind, name), data_dir, report);
    case PluginKind::kLoss:
      return check_loss(entry_of(catalog.losses, kind, name), report);
    case PluginKind::kStrategy:
      return check_strategy(entry_of(catalog.strategies, kind, name), report);
    case PluginKind::kGradientPolicy:
      return check_gradient_policy(entry_of(catalog.gradient_policies, kind, name), report);
    case PluginKind::kCalibrator:
      return check_calibrator(entry_of(catalog.calibrators, kind, name), report);
  }
}

}  // namespace kdbench::inline worker
