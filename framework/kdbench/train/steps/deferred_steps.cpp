#include <kdbench/train/device/cuda.h>
#include <kdbench/train/steps/deferred_steps.h>

#include <string>

namespace kdbench::inline train {
namespace {

/// What is known before the first step against replaying steps; empty if nothing.
std::string why_no_graph(const StepParts& parts) {
  if (parts.randomness.draws()) return "the model draws random numbers";
  if (parts.learner.recipe().mixup > 0) return "images are mixed in shares that the host draws";
  if (parts.in_lockstep) return "the network learns together with others";
  if (parts.learner.asks_calibrator()) return "a calibrator is asked at every step";
  if (parts.gradients.has_policy()) return "a gradient policy is asked at every step";
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
  has_run_ = false;
  watch_.start(step);
}

/// Returns the loss.
torch::Tensor DeferredSteps::forward_backward(const Batch& batch, const ModelOutput& teacher, std::int64_t step) {
  const auto outcome = parts_.learner.forward(batch, teacher, step);
  device_sums_.add(outcome.logits, batch.labels, outcome.objective);
  parts_.gradients.backward(outcome.objective, parts_.position_of(step));
  return outcome.objective.total.detach();
}

/// Terms that are off in the phase that begins must not go on standing in its sums.
void DeferredSteps::enter(std::int64_t epoch) {
  if (epoch == epoch_) return;
  const auto phase = parts_.learner.phase(epoch);
  if (epoch_ < 0 || phase != phase_) device_sums_.forget_terms();
  epoch_ = epoch;
  phase_ = phase;
}

void DeferredSteps::run(const Batch& batch, const ModelOutput& teacher, std::int64_t step, double learning_rate) {
  parts_.optimizer.clear_gradients();
  const auto alone = parts_.randomness.begin(step);
  parts_.optimizer.set_rate(learning_rate * parts_.first_gradient.rate_factor());
  sums_.rows += static_cast<double>(batch.labels.size(0));
  enter(step / parts_.learner.steps_per_epoch());
  has_run_ = true;
  graph_.run(batch, teacher, phase_, [&](const Batch& inputs, const ModelOutput& taught) {
    parts_.optimizer.clear_gradients();
    const auto loss = forward_backward(inputs, taught, step);
    if (step == 0) {  // the first steps are never captured
      parts_.look_at_gradient(step);
      parts_.optimizer.set_rate(learning_rate * parts_.first_gradient.rate_factor());
    }
    watch_.see(loss, parts_.optimizer.step_on_device());
  });
}

std::optional<NotFinite> DeferredSteps::wait() {
  DeviceEvent::after_work_on(device_).wait();
  return watch_.read();
}

const EpochSums& DeferredSteps::sums() {
  if (has_run_) device_sums_.move_into(sums_);
  has_run_ = false;
  return sums_;
}

}  // namespace kdbench::inline train
