#include <kdbench/base/text.h>
#include <kdbench/plan/fingerprint.h>
#include <kdbench/plan/resolved.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/suite/recipe.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench {
namespace {

/// Finds the plugin a table names; the complaint stands at the name.
template <class EntryType>
const Listed<EntryType>* find_plugin(const PluginUse& use, const std::map<std::string, Listed<EntryType>>& known,
                                     const char* kind, const char* table, const std::string& file, Diagnostics& diagnostics) {
  const auto it = known.find(use.plugin.value);
  if (it != known.end()) return &it->second;
  std::vector<std::string> names;
  for (const auto& [name, entry] : known) names.push_back(name);
  diagnostics.push_back({file, use.plugin.at, fmt::format("[{}.{}]: no {} plugin '{}'{}", table, use.name, kind,
                                                          use.plugin.value, suggestion(use.plugin.value, names))});
  return nullptr;
}

template <class EntryType>
Json plugin_spec(const Listed<EntryType>& entry, const ParamValues& params) {
  return {{"plugin", entry.name}, {"version", entry.version}, {"params", to_json(params)}};
}

/// Runs code of a plugin; whatever it throws becomes a diagnostic at `at`.
template <class Function>
bool guarded(const std::string& file, Position at, const std::string& what, Diagnostics& diagnostics, Function&& function) {
  try {
    function();
    return true;
  } catch (const std::exception& error) {
    const std::string text = error.what();
    diagnostics.push_back({file, at, fmt::format("{}: {}", what, text.substr(0, text.find('\n')))});
  } catch (...) {
    diagnostics.push_back({file, at, fmt::format("{}: throws something that is no std::exception", what)});
  }
  return false;
}

/// Notes which parameters name files or folders that are here, and what those hold: data that was replaced is other data.
void add_fingerprint(ResolvedDataset& r, const std::string& data_dir) {
  Json files = Json::object();
  for (const auto& [name, value] : r.params) {
    const auto* text = std::get_if<std::string>(&value);
    if (!text || text->empty()) continue;
    const auto print = content_fingerprint(std::filesystem::path(data_dir) / *text);
    if (print.empty()) continue;
    files[name] = print;
    r.places.push_back(name);
  }
  if (!files.empty()) r.spec["files"] = std::move(files);
}

}  // namespace

std::int64_t ResolvedDataset::num_train() const {
  if (info.num_train == 0) return 0;
  const auto left = info.num_train - use->validation.value;
  return use->train_limit.value > 0 ? std::min(left, use->train_limit.value) : left;
}

Resolved::Resolved(const Suite& s, const Catalog& catalog, Diagnostics& diagnostics) : suite(s), diagnostics_(diagnostics) {
  resolve_datasets(catalog);
  resolve_models(catalog);
  for (const auto& [name, use] : suite.losses) methods[name] = expand_methods(use, catalog, suite.file, diagnostics_);
  resolve_strategies(catalog);
}

void Resolved::resolve_datasets(const Catalog& catalog) {
  for (const auto& [name, use] : suite.datasets) {
    const auto what = fmt::format("dataset '{}'", name);
    const auto* entry = find_plugin(use, catalog.datasets, "dataset", "datasets", suite.file, diagnostics_);
    if (!entry) continue;
    const auto before = diagnostics_.size();
    ResolvedDataset r{&use, entry, resolve_use(use, entry->params, what, suite.file, diagnostics_), {}, {}, {}};
    if (diagnostics_.size() != before) continue;
    if (!guarded(suite.file, use.at, what, diagnostics_, [&] { r.info = entry->create(r.params, {})->info(); })) continue;
    if (r.info.num_train > 0 && use.validation.value >= r.info.num_train) {
      diagnostics_.push_back({suite.file, use.validation.at,
                              fmt::format("{}: 'validation' = {} leaves nothing of its {} training rows", what,
                                          use.validation.value, r.info.num_train)});
      continue;
    }
    r.spec = plugin_spec(*entry, r.params);
    add_fingerprint(r, suite.data_dir);
    r.spec["validation"] = use.validation.value;
    r.spec["train_limit"] = use.train_limit.value;
    r.spec["test_limit"] = use.test_limit.value;
    datasets.emplace(name, std::move(r));
  }
}

void Resolved::resolve_models(const Catalog& catalog) {
  for (const auto& [name, use] : suite.models) {
    const auto* entry = find_plugin(use, catalog.models, "model", "models", suite.file, diagnostics_);
    if (!entry) continue;
    const auto before = diagnostics_.size();
    ResolvedModel r{&use, entry, resolve_use(use, entry->params, fmt::format("model '{}'", name), suite.file, diagnostics_), {}, {}};
    if (diagnostics_.size() != before) continue;
    r.spec = plugin_spec(*entry, r.params);
    r.recipe = to_json(use.recipe);
    models.emplace(name, std::move(r));
  }
}

void Resolved::resolve_strategies(const Catalog& catalog) {
  const auto add = [&](const StrategyUse& use) {
    const auto* entry = find_plugin(use, catalog.strategies, "strategy", "strategies", suite.file, diagnostics_);
    if (!entry) return;
    const auto what = fmt::format("strategy '{}'", use.name);
    const auto params = resolve_use(use, entry->params, what, suite.file, diagnostics_);
    guarded(suite.file, use.at, what, diagnostics_,
            [&] { strategies[use.name] = {use.name, entry->create(params, {})}; });
  };
  for (const auto& [name, use] : suite.strategies) add(use);
  for (const auto& study : suite.studies) {
    for (const auto& name : study.strategies) {
      if (suite.strategies.contains(name.value) || strategies.contains(name.value)) continue;
      StrategyUse use;
      use.name = name.value;
      use.plugin = name;
      use.at = name.at;
      add(use);
    }
  }
}

const ModelFacts* Resolved::facts(const std::string& model, const std::string& dataset) {
  const auto m = models.find(model);
  const auto d = datasets.find(dataset);
  if (m == models.end() || d == datasets.end()) return nullptr;
  const auto [it, fresh] = facts_.try_emplace({model, dataset});
  if (fresh) {
    const auto& info = d->second.info;
    guarded(suite.file, m->second.use->at, fmt::format("model '{}' on dataset '{}'", model, dataset), diagnostics_, [&] {
      auto facts = probe_model(*m->second.entry, m->second.params, {info.num_classes, info.image});
      if (facts.num_logits != info.num_classes) {
        throw Error(fmt::format("returns {} logits for {} classes", facts.num_logits, info.num_classes));
      }
      it->second = std::move(facts);
    });
  }
  return it->second ? &*it->second : nullptr;
}

}  // namespace kdbench
