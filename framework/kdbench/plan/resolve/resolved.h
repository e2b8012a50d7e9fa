/// The suite with every plugin found and every value checked: what make_plan works on.
#pragma once
#include <kdbench/plan/cost/probe.h>
#include <kdbench/plan/resolve/calibrators.h>
#include <kdbench/plan/resolve/host_keys.h>
#include <kdbench/plan/resolve/variants.h>
#include <kdbench/plan/spec.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kdbench::inline plan {

struct ResolvedDataset {
  const DatasetUse* use = nullptr;
  const Listed<DatasetEntry>* entry = nullptr;
  ParamValues params;
  const ResolvedDataset* of = nullptr;     ///< the one it is made of, by the key `of`
  std::shared_ptr<const Dataset> dataset;  ///< as built; reads nothing while planning
  DatasetInfo info;
  DataSource source;                ///< plugin, parameters, fingerprints of its files, and the same of `of`
  std::vector<std::string> places;  ///< parameters that name an existing file or folder
  Shared<DatasetSpec> spec;         ///< of a job's spec: the source, and how the host cuts the rows

  std::int64_t num_train() const;  ///< rows trained on, after the validation cut and the limit; 0: unknown
};

struct ResolvedModel {
  const ModelUse* use = nullptr;
  const Listed<ModelEntry>* entry = nullptr;
  ParamValues params;
  Shared<PluginSpec> spec;  ///< "model" of a job's spec
  Shared<Recipe> recipe;    ///< "train" of a job's spec
};

struct ResolvedStrategy {
  std::string name;
  std::shared_ptr<Strategy> strategy;
  bool is_baseline = false;  ///< without detours
};

/// Everything of a suite that could be resolved; what could not is missing here and stands in the diagnostics.
class Resolved {
 public:
  Resolved(const Suite& suite, const Catalog& catalog, Diagnostics& diagnostics);

  const Suite& suite;
  std::map<std::string, ResolvedDataset> datasets;
  std::map<std::string, ResolvedModel> models;
  std::map<std::string, std::vector<Method>> methods;  ///< by [losses.NAME]
  std::map<std::string, ResolvedStrategy> strategies;
  /// By [calibrators.NAME], and by the names of plugins that studies name: one for every combination of the table's lists.
  std::map<std::string, std::vector<ResolvedCalibrator>> calibrators;
  std::string baseline_loss;      ///< plugin that methods are compared with where a study names none; empty: no plugin is it
  std::string baseline_strategy;  ///< plugin of the strategy without detours; empty: no plugin is it

  /// The strategies of a study: those it names, or else the one without detours.
  std::vector<Located<std::string>> strategies_of(const Study& study) const;

  /// Facts of a model on a data set, measured once. Returns nullptr where the model cannot be built (a diagnostic was added).
  const ModelFacts* facts(const std::string& model, const std::string& dataset);
  /// The same of a model that nobody asked to be trained on the data set; that it cannot be is no mistake.
  const ModelFacts* facts_if_fit(const std::string& model, const std::string& dataset);

 private:
  const ResolvedDataset* resolve_dataset(const std::string& name, const Catalog& catalog);
  std::optional<ResolvedDataset> resolved_use(const DatasetUse& use, const Catalog& catalog);
  bool find_inner(ResolvedDataset& r, const Catalog& catalog, const std::string& what);
  void resolve_models(const Catalog& catalog);
  void resolve_strategies(const Catalog& catalog);
  void resolve_gradient_policies(const Catalog& catalog);
  void resolve_calibrators(const Catalog& catalog);
  std::optional<MethodPolicy> resolved_policy(const GradientPolicyUse& use, const Catalog& catalog);

  const HostKeys host_ = host_keys();
  Diagnostics& diagnostics_;
  std::set<std::string> tried_datasets_;
  std::optional<ModelFacts> probe(const std::string& model, const std::string& dataset, Diagnostics& diagnostics) const;

  std::map<std::pair<std::string, std::string>, std::optional<ModelFacts>> facts_;
};

}  // namespace kdbench::inline plan
