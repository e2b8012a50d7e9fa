#include <kdbench/train/device/cuda.h>
#include <kdbench/train/student/deferred_steps.h>

#include <string>

namespace kdbench::inline train {
namespace {

/// What is known before the first step against replaying steps; empty if nothing.
std::string why_no_graph(const StepParts& parts) {
  if (parts.randomness.draws()) return "the model draws random numbers";
  if (!parts.learner.needs().repeatable) return "the loss does not promise that its steps repeat (LossNeeds::repeatable)";
  return {};
}

}  // namespace

DeferredSteps::DeferredSteps(StepParts parts, torch::Device device, std::int64_t batch_rows)
    : parts_(parts), device_(device), watch_(device), graph_(device, CapturePolicy(batch_rows, why_no_graph(parts))) {
  watch_.start(0);
}

void DeferredSteps::start(std::int64_t step, const EpochSums& sums) {
  sums_ = sums;
  device_sums_.clear();
  watch_.start(step);
}

/// Returns the loss.
torch::Tensor DeferredSteps::forward_backward(const Batch& batch, const ModelOutput& teacher, std::int64_t step) {
  const auto outcome = parts_.learner.forward(batch, teacher, step);
  device_sums_.add(outcome.logits, batch.labels, outcome.objective);
  outcome.objective.total.backward();
  return outcome.objective.total.detach();
}

void DeferredSteps::run(const Batch& batch, const ModelOutput& teacher, std::int64_t step, double learning_rate) {
  parts_.sgd.clear_gradients();
  const auto alone = parts_.randomness.begin(step);
  parts_.sgd.set_rate(learning_rate);
  sums_.rows += static_cast<double>(batch.labels.size(0));
  const bool terms_on = parts_.learner.terms_on(step / parts_.learner.steps_per_epoch());
  graph_.run(batch, teacher, terms_on, [&](const Batch& inputs, const ModelOutput& taught) {
    parts_.sgd.clear_gradients();
    const auto loss = forward_backward(inputs, taught, step);
    watch_.see(loss, parts_.sgd.step_on_device());
  });
}

std::optional<NotFinite> DeferredSteps::wait() {
  DeviceEvent::after_work_on(device_).wait();
  return watch_.read();
}

const EpochSums& DeferredSteps::sums() {
  device_sums_.move_into(sums_);
  return sums_;
}

}  // namespace kdbench::inline train
