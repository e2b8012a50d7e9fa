#include <kdbench/worker/requests/catalog_answer.h>

namespace kdbench::inline worker {
namespace {

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
                       .needs = entry.about.takes_of ? "of = \"NAME\": the [datasets.NAME] it is made of" : "",
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
  return out;
}

}  // namespace kdbench::inline worker
