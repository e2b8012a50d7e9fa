/// The suite with every plugin found and every value checked: what make_plan works on.
#pragma once
#include <kdbench/plan/probe.h>
#include <kdbench/plan/variants.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kdbench {

struct ResolvedDataset {
  const DatasetUse* use = nullptr;
  const Listed<DatasetEntry>* entry = nullptr;
  ParamValues params;
  DatasetInfo info;
  Json spec;  ///< "dataset" of a job's spec, with a fingerprint of the files it reads
  std::vector<std::string> places;  ///< parameters that name an existing file or folder
  std::int64_t num_train() const;  ///< rows trained on, after the validation cut and the limit; 0: unknown
};

struct ResolvedModel {
  const ModelUse* use = nullptr;
  const Listed<ModelEntry>* entry = nullptr;
  ParamValues params;
  Json spec, recipe;  ///< "model" and "train" of a job's spec
};

struct ResolvedStrategy {
  std::string name;
  std::shared_ptr<Strategy> strategy;
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

  /// Facts of a model on a data set, measured once. Returns nullptr where the model cannot be built (a diagnostic was added).
  const ModelFacts* facts(const std::string& model, const std::string& dataset);

 private:
  void resolve_datasets(const Catalog& catalog);
  void resolve_models(const Catalog& catalog);
  void resolve_strategies(const Catalog& catalog);

  Diagnostics& diagnostics_;
  std::map<std::pair<std::string, std::string>, std::optional<ModelFacts>> facts_;
};

}  // namespace kdbench
