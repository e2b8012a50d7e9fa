#include <kdbench/base/hash.h>
#include <kdbench/base/seeds.h>
#include <kdbench/sdk/torch_compat.h>
#include <kdbench/train/device/parallel.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/steps/step_randomness.h>

#include <ATen/Context.h>
#include <torch/utils.h>

namespace kdbench::inline train {

StepRandomness::StepRandomness(Model& model, const Batch& batch, torch::Device device, std::int64_t job_seed)
    : seed_(seed_for(static_cast<std::uint64_t>(job_seed), "dropout")) {
  torch::NoGradGuard no_grad;
  const std::lock_guard<std::mutex> guard(generator_mutex());
  TensorDict before;
  for (const auto& [name, tensor] : state_of(model)) before.emplace(name, tensor.clone());
  auto generator = at::globalContext().defaultGenerator(device);
  const auto state = generator.get_state();
  model.forward(batch.images);
  draws_ = !generator.get_state().equal(state);
  load_state(model, before, "the model");
}

std::unique_lock<std::mutex> StepRandomness::begin(std::int64_t step) const {
  if (!draws_) return {};
  std::unique_lock<std::mutex> alone(generator_mutex());
  torch::manual_seed(mix64(seed_ ^ static_cast<std::uint64_t>(step)));
  return alone;
}

}  // namespace kdbench::inline train
