#include <kdbench/base/text.h>
#include <kdbench/plan/resolve/combinations.h>
#include <kdbench/plan/resolve/fingerprint.h>
#include <kdbench/plan/resolve/resolved.h>
#include <kdbench/registry/check_params.h>
#include <kdbench/suite/recipe.h>

#include <fmt/core.h>

#include <algorithm>

namespace kdbench::inline plan {
namespace {

/// Finds the plugin a table names; the complaint stands at the name.
template <class EntryType>
const Listed<EntryType>* find_plugin(const PluginUse& use, const std::map<std::string, Listed<EntryType>>& known,
                                     const char* kind, const char* table, const std::string& file, Diagnostics& diagnostics) {
  const auto it = known.find(use.plugin.value);
  if (it != known.end()) return &it->second;
  std::vector<std::string> names;
  for (const auto& [name, entry] : known) names.push_back(name);
  diagnostics.push_back({file, use.plugin.at,
                         fmt::format("[{}.{}]: no {} plugin '{}'{}", table, use.name, kind, use.plugin.value,
                                     suggestion(use.plugin.value, names))});
  return nullptr;
}

template <class EntryType>
PluginSpec plugin_spec(const Listed<EntryType>& entry, const ParamValues& params) {
  return {entry.name, entry.version, to_json(params)};
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
  for (const auto& [name, value] : r.params) {
    const auto* text = std::get_if<std::string>(&value);
    if (!text || text->empty()) continue;
    const auto print = content_fingerprint(std::filesystem::path(data_dir) / *text);
    if (print.empty()) continue;
    r.source.files[name] = print;
    r.places.push_back(name);
  }
}

/// The source without where its files lie, in it and in what it is made of; what they hold stays in it.
DataSource placeless(const ResolvedDataset& r) {
  auto source = r.source;
  for (const auto& place : r.places) source.use.params.erase(place);
  if (r.of) source.of = std::make_shared<const DataSource>(placeless(*r.of));
  return source;
}

Shared<DatasetSpec> dataset_spec(const ResolvedDataset& r) {
  const DatasetSpec spec{r.source, r.use->validation.value, r.use->train_limit.value, r.use->test_limit.value};
  auto deciding = spec;
  deciding.source = placeless(r);
  return {spec, to_document(deciding)};
}

}  // namespace

std::int64_t ResolvedDataset::num_train() const {
  if (info.num_train == 0) return 0;
  const auto left = info.num_train - use->validation.value;
  return use->train_limit.value > 0 ? std::min(left, use->train_limit.value) : left;
}

Resolved::Resolved(const Suite& s, const Catalog& catalog, Diagnostics& diagnostics) : suite(s), diagnostics_(diagnostics) {
  if (const auto* loss = baseline_of(catalog.losses)) baseline_loss = loss->name;
  if (const auto* strategy = baseline_of(catalog.strategies)) baseline_strategy = strategy->name;
  for (const auto& [name, use] : suite.datasets) resolve_dataset(name, catalog);
  resolve_models(catalog);
  std::map<std::string, std::vector<Method>> combined;
  for (const auto& [name, use] : suite.losses) {
    if (!use.is_combination) methods[name] = expand_methods(use, catalog, suite.file, diagnostics_);
  }
  for (const auto& [name, use] : suite.losses) {
    if (use.is_combination) combined[name] = combine(use, methods);
  }
  methods.merge(combined);
  resolve_strategies(catalog);
  resolve_gradient_policies(catalog);
  resolve_calibrators(catalog);
}

/// Each once; nullptr where it cannot be resolved, for a reason that stands in the diagnostics. One that is still being resolved
/// is made of itself, which was complained about when the file was read.
const ResolvedDataset* Resolved::resolve_dataset(const std::string& name, const Catalog& catalog) {
  const auto use = suite.datasets.find(name);
  if (use != suite.datasets.end() && tried_datasets_.insert(name).second) {
    if (auto r = resolved_use(use->second, catalog)) datasets.emplace(name, std::move(*r));
  }
  const auto found = datasets.find(name);
  return found == datasets.end() ? nullptr : &found->second;
}

std::optional<ResolvedDataset> Resolved::resolved_use(const DatasetUse& use, const Catalog& catalog) {
  const auto what = fmt::format("dataset '{}'", use.name);
  ResolvedDataset r;
  r.use = &use;
  r.entry = find_plugin(use, catalog.datasets, "dataset", "datasets", suite.file, diagnostics_);
  if (!r.entry) return std::nullopt;
  const auto before = diagnostics_.size();
  r.params = resolve_use(use, r.entry->params, host_.datasets, what, suite.file, diagnostics_);
  if (!find_inner(r, catalog, what) || diagnostics_.size() != before) return std::nullopt;
  const bool built = guarded(suite.file, use.at, what, diagnostics_, [&] {
    r.dataset = r.entry->create(r.params, {.of = r.of ? r.of->dataset : nullptr});
    r.info = r.dataset->info();
  });
  if (!built) return std::nullopt;
  if (r.info.num_train > 0 && use.validation.value >= r.info.num_train) {
    diagnostics_.push_back({suite.file, use.validation.at,
                            fmt::format("{}: 'validation' = {} leaves nothing of its {} training rows", what,
                                        use.validation.value, r.info.num_train)});
    return std::nullopt;
  }
  r.source.use = plugin_spec(*r.entry, r.params);
  add_fingerprint(r, suite.data_dir);
  if (r.of) r.source.of = std::make_shared<const DataSource>(r.of->source);
  r.spec = dataset_spec(r);
  return r;
}

/// Finds what `of` names, and returns whether the data set has what it needs of that.
bool Resolved::find_inner(ResolvedDataset& r, const Catalog& catalog, const std::string& what) {
  const auto& of = r.use->of;
  if (of.value.empty() && r.entry->about.takes_of) {
    diagnostics_.push_back({suite.file, r.use->at,
                            fmt::format("{}: the plugin '{}' is made of another data set; add of = \"NAME\" with the name of a "
                                        "[datasets.NAME]",
                                        what, r.entry->name)});
    return false;
  }
  if (of.value.empty()) return true;
  if (!r.entry->about.takes_of) {
    diagnostics_.push_back(
        {suite.file, of.at,
         fmt::format("{}: the plugin '{}' is not made of another data set; remove 'of'", what, r.entry->name)});
    return false;
  }
  r.of = resolve_dataset(of.value, catalog);
  return r.of != nullptr;
}

void Resolved::resolve_models(const Catalog& catalog) {
  for (const auto& [name, use] : suite.models) {
    const auto* entry = find_plugin(use, catalog.models, "model", "models", suite.file, diagnostics_);
    if (!entry) continue;
    const auto before = diagnostics_.size();
    const auto what = fmt::format("model '{}'", name);
    ResolvedModel r{&use, entry, resolve_use(use, entry->params, host_.models, what, suite.file, diagnostics_), {}, {}};
    if (diagnostics_.size() != before) continue;
    r.spec = plugin_spec(*entry, r.params);
    r.recipe = use.recipe;
    models.emplace(name, std::move(r));
  }
}

std::vector<Located<std::string>> Resolved::strategies_of(const Study& study) const {
  if (!study.strategies.empty() || baseline_strategy.empty()) return study.strategies;
  return {{baseline_strategy, study.at}};
}

void Resolved::resolve_strategies(const Catalog& catalog) {
  const auto add = [&](const StrategyUse& use) {
    const auto* entry = find_plugin(use, catalog.strategies, "strategy", "strategies", suite.file, diagnostics_);
    if (!entry) return;
    const auto what = fmt::format("strategy '{}'", use.name);
    const auto params = resolve_use(use, entry->params, host_.strategies, what, suite.file, diagnostics_);
    guarded(suite.file, use.at, what, diagnostics_, [&] {
      strategies[use.name] = {use.name, entry->create(params, {}), entry->about.is_baseline};
    });
  };
  for (const auto& [name, use] : suite.strategies) add(use);
  for (const auto& study : suite.studies) {
    for (const auto& name : strategies_of(study)) {
      if (suite.strategies.contains(name.value) || strategies.contains(name.value)) continue;
      StrategyUse use;
      use.name = name.value;
      use.plugin = name;
      use.at = name.at;
      add(use);
    }
  }
}

std::optional<MethodPolicy> Resolved::resolved_policy(const GradientPolicyUse& use, const Catalog& catalog) {
  const auto* entry =
      find_plugin(use, catalog.gradient_policies, "gradient policy", "gradient_policies", suite.file, diagnostics_);
  if (!entry) return std::nullopt;
  const auto what = fmt::format("gradient policy '{}'", use.name);
  const auto before = diagnostics_.size();
  MethodPolicy out{entry, resolve_use(use, entry->params, host_.gradient_policies, what, suite.file, diagnostics_)};
  return diagnostics_.size() == before ? std::optional(std::move(out)) : std::nullopt;
}

/// Of every method that names one: a [gradient_policies.NAME], or a plugin by its name.
void Resolved::resolve_gradient_policies(const Catalog& catalog) {
  std::map<std::string, std::optional<MethodPolicy>> found;
  for (const auto& [name, use] : suite.gradient_policies) found.emplace(name, resolved_policy(use, catalog));
  for (auto& [name, expanded] : methods) {
    for (auto& method : expanded) {
      const auto& wanted = method.gradient_policy;
      if (wanted.empty()) continue;
      if (!found.contains(wanted)) {
        GradientPolicyUse use;
        use.name = wanted;
        use.plugin = {wanted, method.use->knobs.at("gradient_policy").at};
        use.at = use.plugin.at;
        found.emplace(wanted, resolved_policy(use, catalog));
      }
      method.policy = found.at(wanted);
    }
    std::erase_if(expanded, [](const Method& method) { return !method.gradient_policy.empty() && !method.policy; });
  }
}

/// Those of the tables, and plugins that studies name without one.
void Resolved::resolve_calibrators(const Catalog& catalog) {
  for (const auto& [name, use] : suite.calibrators)
    calibrators[name] = expand_calibrators(use, catalog, suite.file, diagnostics_);
  for (const auto& study : suite.studies) {
    auto named = study.calibrators;
    named.push_back(study.calibrator);
    for (const auto& wanted : named) {
      if (wanted.value.empty() || calibrators.contains(wanted.value)) continue;
      CalibratorUse use;
      use.name = wanted.value;
      use.plugin = wanted;
      use.at = wanted.at;
      auto& expanded = calibrators[wanted.value] = expand_calibrators(use, catalog, suite.file, diagnostics_);
      for (auto& calibrator : expanded) calibrator.use = nullptr;
    }
  }
}

std::optional<ModelFacts> Resolved::probe(const std::string& model, const std::string& dataset, Diagnostics& diagnostics) const {
  const auto m = models.find(model);
  const auto d = datasets.find(dataset);
  std::optional<ModelFacts> out;
  if (m == models.end() || d == datasets.end()) return out;
  const auto& info = d->second.info;
  guarded(suite.file, m->second.use->at, fmt::format("model '{}' on dataset '{}'", model, dataset), diagnostics, [&] {
    auto facts = probe_model(*m->second.entry, m->second.params, {info.num_classes, info.image});
    if (facts.num_logits != info.num_classes) {
      throw Error(fmt::format("returns {} logits for {} classes", facts.num_logits, info.num_classes));
    }
    out = std::move(facts);
  });
  return out;
}

const ModelFacts* Resolved::facts(const std::string& model, const std::string& dataset) {
  const auto [it, fresh] = facts_.try_emplace({model, dataset});
  if (fresh) it->second = probe(model, dataset, diagnostics_);
  return it->second ? &*it->second : nullptr;
}

const ModelFacts* Resolved::facts_if_fit(const std::string& model, const std::string& dataset) {
  if (const auto it = facts_.find({model, dataset}); it != facts_.end()) return it->second ? &*it->second : nullptr;
  Diagnostics unasked;
  auto facts = probe(model, dataset, unasked);
  return facts ? &*facts_.emplace(std::pair(model, dataset), std::move(facts)).first->second : nullptr;
}

}  // namespace kdbench::inline plan
