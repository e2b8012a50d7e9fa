/// What the parts of make_plan hand to each other: a column of a study, and a method found usable in it, stage by stage.
#pragma once
#include <kdbench/plan/resolve/resolved.h>
#include <kdbench/sdk/loss.h>
#include <kdbench/sdk/strategy.h>

#include <string>
#include <utility>
#include <vector>

namespace kdbench::inline plan {

/// One column of a study: who teaches whom, how, on which data.
struct Setting {
  const Study* study = nullptr;
  const PairUse* pair = nullptr;
  std::string strategy;
  const ResolvedDataset* dataset = nullptr;
  const ResolvedCalibrator* calibrator = nullptr;  ///< of all its teachers; nullptr: none
  const std::string& teacher() const { return pair->teacher.value; }
  const std::string& student() const { return pair->student.value; }
};

/// What a method needs on a pair of networks.
struct MethodNeeds : LossNeeds {
  MethodNeeds() = default;
  /// Of a method with these parts: everything that some part needs; what they promise, all must.
  explicit MethodNeeds(std::vector<LossNeeds> of_parts) : LossNeeds(of_parts.front()), parts(std::move(of_parts)) {
    for (const auto& part : parts) static_cast<LossNeeds&>(*this) = with(part);
  }

  std::vector<LossNeeds> parts;  ///< of each part of the method
};

/// A stage with what trains it.
struct StagePlan {
  Stage stage;
  const Method* method = nullptr;  ///< nullptr: the labels alone
  MethodNeeds needs;               ///< of the method on this stage's pair
  Shared<Recipe> recipe = {};      ///< the model's, as the stage changes it
  bool taught() const { return method && needs.teacher && stage.teacher; }

  /// One of the networks that learn together with the stage's own.
  struct Peer {
    std::string id, model;
    Shared<Recipe> recipe;
  };
  std::vector<Peer> peers = {};  ///< empty: it learns by itself
};

/// A method that was found usable in one setting, with what that needed.
struct Usable {
  const Method* method = nullptr;
  MethodNeeds needs;
  bool labels_only = false;
  std::vector<StagePlan> stages;
};

}  // namespace kdbench::inline plan
