/// How the steps of one student are run: the interface of the two ways there are.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/train/data/batch.h>
#include <kdbench/train/objective/epoch_sums.h>
#include <kdbench/train/objective/gradients.h>
#include <kdbench/train/objective/learner.h>
#include <kdbench/train/optimizer/optimizer.h>
#include <kdbench/train/steps/diverged.h>
#include <kdbench/train/steps/first_gradient.h>
#include <kdbench/train/steps/step_randomness.h>

#include <cstdint>
#include <optional>

namespace kdbench::inline train {

/// DirectSteps looks at every number as it comes, as is best on the CPU; DeferredSteps enqueues work and looks once an epoch, so
/// that a GPU never waits for the host.
class TrainingSteps {
 public:
  virtual ~TrainingSteps() = default;

  /// Goes on at `step`, counted from the start of training, with the sums of the epoch that it is in.
  virtual void start(std::int64_t step, const EpochSums& sums) = 0;

  /// Trains on one batch, at the given rate times FirstGradient::rate_factor(). @throws Diverged naming epoch and step, unless
  /// wait() is the one to tell
  virtual void run(const Batch& batch, const ModelOutput& teacher, std::int64_t step, double learning_rate) = 0;

  /// Returns when every step is done, with what was not finite since start().
  virtual std::optional<NotFinite> wait() = 0;

  /// Over the rows since start(). Call wait() first.
  virtual const EpochSums& sums() = 0;

  /// How they ran on the device; nothing where nothing is to be told.
  virtual std::optional<GraphReport> report() const = 0;
};

/// What steps work on; the referred-to things outlive them.
struct StepParts {
  Learner& learner;
  Optimizer& optimizer;
  const StepRandomness& randomness;
  const Gradients& gradients;
  FirstGradient& first_gradient;
  bool in_lockstep = false;  ///< steps begin with Learner::look()

  /// Between the backward pass of a step and its update.
  void look_at_gradient(std::int64_t step) const {
    if (step == 0) first_gradient.take(optimizer.gradient_norm());
  }

  StagePosition position_of(std::int64_t step) const {
    const auto per_epoch = learner.steps_per_epoch(), epochs = learner.recipe().epochs;
    return {step / per_epoch, epochs, step, epochs * per_epoch};
  }
};

}  // namespace kdbench::inline train
