/// What a training step computes, however steps are run: a student's network and loss on one batch.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/sdk/loss.h>
#include <kdbench/sdk/model.h>
#include <kdbench/train/data/batch.h>
#include <kdbench/train/student/objective.h>

#include <cstdint>
#include <memory>

namespace kdbench::inline train {

class Learner {
 public:
  /// @param network in train mode, on `device`
  /// @param loss nullptr: labels only
  /// @param spec of the job: how it distils, and when
  Learner(std::shared_ptr<Model> network, std::shared_ptr<Loss> loss, torch::Device device, const Spec& spec,
          std::int64_t steps_per_epoch);

  Model& network() const { return *network_; }
  const Recipe& recipe() const { return *recipe_; }
  const LossNeeds& needs() const { return needs_; }
  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }

  /// True if the loss has its say in `epoch`; outside it cross-entropy alone is trained.
  bool terms_on(std::int64_t epoch) const { return loss_ && kd_begin_ <= epoch && epoch < kd_end_; }
  /// True if the teacher is asked in `epoch`.
  bool distils(std::int64_t epoch) const { return needs_.teacher && terms_on(epoch); }

  /// What a forward pass gives: logits [N, K] float32, and what is to be minimised.
  struct Outcome {
    torch::Tensor logits;
    Objective objective;
  };
  /// @param step counted from the start of training
  Outcome forward(const Batch& batch, const ModelOutput& teacher, std::int64_t step) const;

 private:
  LossTerms terms(const ModelOutput& student, const Batch& batch, const ModelOutput& teacher, std::int64_t step) const;

  std::shared_ptr<Model> network_;
  std::shared_ptr<Loss> loss_;
  torch::Device device_;
  Shared<Recipe> recipe_;
  ObjectiveKnobs knobs_;
  LossNeeds needs_;
  std::int64_t kd_begin_ = 0, kd_end_ = 0, steps_per_epoch_;
};

}  // namespace kdbench::inline train
