#include <kdbench/registry/check_params.h>
#include <kdbench/worker/requests/catalog_answer.h>

#include <fmt/core.h>

#include <exception>

namespace kdbench::inline worker {
namespace {

/// In words, what a suite must have beside the plugin's parameters.
template <class EntryType>
std::string needs_of(const EntryType& entry) {
  return entry.about.takes_of ? "of = \"NAME\": the [datasets.NAME] it is made of" : "";
}

/// With its defaults.
std::string needs_of(const Listed<CalibratorEntry>& entry) {
  try {
    return entry.traits(resolve_params(entry.params, {})).is_fitted ? "validation rows, on which it is fitted" : "";
  } catch (const std::exception& error) {
    return fmt::format("cannot be told: {}", error.what());
  }
}

template <class EntryType>
void append(std::vector<PluginDocument>& plugins, const std::map<std::string, Listed<EntryType>>& entries, PluginKind kind) {
  for (const auto& [name, entry] : entries) {
    plugins.push_back({.kind = kind,
                       .name = name,
                       .library = entry.library,
                       .version = entry.version,
                       .summary = entry.about.summary,
                       .formula = entry.about.formula,
                       .source = entry.about.source,
                       .needs = needs_of(entry),
                       .params = {}});
    for (const auto& spec : entry.params) plugins.back().params.push_back(param_document(spec));
  }
}

}  // namespace

CatalogDocument document_of(const Catalog& catalog) {
  CatalogDocument out;
  for (const auto& l : catalog.libraries)
    out.libraries.push_back({l.file, l.name, l.version, l.reason.empty(), l.reason, l.stamp, l.content});
  append(out.plugins, catalog.models, PluginKind::kModel);
  append(out.plugins, catalog.datasets, PluginKind::kDataset);
  append(out.plugins, catalog.losses, PluginKind::kLoss);
  append(out.plugins, catalog.strategies, PluginKind::kStrategy);
  append(out.plugins, catalog.gradient_policies, PluginKind::kGradientPolicy);
  append(out.plugins, catalog.calibrators, PluginKind::kCalibrator);
  return out;
}

}  // namespace kdbench::inline worker
