/// What the parts of make_plan hand to each other: a column of a study, and a method found usable in it, stage by stage.
#pragma once
#include <kdbench/plan/resolve/resolved.h>
#include <kdbench/sdk/loss.h>
#include <kdbench/sdk/strategy.h>

#include <string>
#include <vector>

namespace kdbench::inline plan {

/// One column of a study: who teaches whom, how, on which data.
struct Setting {
  const Study* study = nullptr;
  const PairUse* pair = nullptr;
  std::string strategy;
  const ResolvedDataset* dataset = nullptr;
  const std::string& teacher() const { return pair->teacher.value; }
  const std::string& student() const { return pair->student.value; }
};

/// A stage with what trains it.
struct StagePlan {
  Stage stage;
  const Method* method = nullptr;  ///< nullptr: the labels alone
  LossNeeds needs;                 ///< of the method on this stage's pair
  Shared<Recipe> recipe = {};      ///< the model's, as the stage changes it
  bool taught() const { return method && needs.teacher; }
};

/// A method that was found usable in one setting, with what that needed.
struct Usable {
  const Method* method = nullptr;
  LossNeeds needs;
  bool labels_only = false;
  std::vector<StagePlan> stages;
};

}  // namespace kdbench::inline plan
