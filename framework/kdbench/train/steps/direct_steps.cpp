#include <kdbench/train/steps/direct_steps.h>

#include <cmath>

namespace kdbench::inline train {

void DirectSteps::start(std::int64_t, const EpochSums& sums) { sums_ = sums; }

void DirectSteps::fail(const NotFinite& found) const { throw diverged(found, parts_.learner.steps_per_epoch()); }

void DirectSteps::forward_backward(const Batch& batch, const ModelOutput& teacher, std::int64_t step) {
  const auto alone = parts_.randomness.begin(step);
  const auto outcome = parts_.learner.forward(batch, teacher, step);
  sums_.add(outcome.logits, batch.labels, outcome.objective);
  if (!sums_.finite()) fail({step, true});
  parts_.gradients.backward(outcome.objective, parts_.position_of(step));
}

void DirectSteps::run(const Batch& batch, const ModelOutput& teacher, std::int64_t step, double learning_rate) {
  parts_.optimizer.clear_gradients();
  forward_backward(batch, teacher, step);
  parts_.look_at_gradient(step);
  if (!parts_.optimizer.step(learning_rate * parts_.first_gradient.rate_factor())) fail({step, false});
}

}  // namespace kdbench::inline train
