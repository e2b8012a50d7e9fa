#include <kdbench/sdk/error.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/objective/gradients.h>
#include <kdbench/train/objective/loss_guard.h>

#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/zeros.h>
#include <fmt/core.h>
#include <torch/csrc/autograd/autograd.h>

namespace kdbench::inline train {
namespace {

std::int64_t numbers_in(const std::vector<torch::Tensor>& parameters) {
  std::int64_t out = 0;
  for (const auto& parameter : parameters) out += parameter.numel();
  return out;
}

/// Runs the policy's code. What it does to its thread would change what others compute.
torch::Tensor combined(GradientPolicy& policy, const GradientInputs& inputs) {
  const StateGuard state;
  torch::Tensor out;
  {
    const torch::NoGradGuard no_grad;
    out = policy.combine(inputs);
  }
  state.check("the gradient policy");
  return out;
}

}  // namespace

std::vector<TermGradient> Gradients::term_gradients(const Objective& objective, std::vector<bool>& reached) const {
  std::vector<TermGradient> out;
  const auto& summands = objective.summands;
  for (std::size_t i = 0; i < summands.size(); ++i) {
    const auto& [name, value, weight] = summands[i];
    const bool is_last = i + 1 == summands.size();
    std::vector<torch::Tensor> parts(parameters_.size());
    if (value.requires_grad())
      parts = torch::autograd::grad({value}, parameters_, {at::full_like(value, weight)}, !is_last, false, true);
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      if (parts[p].defined()) reached[p] = true;
      parts[p] = parts[p].defined() ? parts[p].reshape(-1) : at::zeros({parameters_[p].numel()}, parameters_[p].options());
    }
    out.push_back({name, at::cat(parts)});
  }
  return out;
}

void Gradients::backward(const Objective& objective, const StagePosition& position) const {
  if (!policy_) return objective.total.backward();
  std::vector<bool> reached(parameters_.size(), false);
  const auto terms = term_gradients(objective, reached);
  const auto flat = combined(*policy_, {.terms = terms,
                                        .epoch = position.epoch,
                                        .num_epochs = position.num_epochs,
                                        .step = position.step,
                                        .num_steps = position.num_steps});
  const auto expected = numbers_in(parameters_);
  if (!flat.defined() || flat.dim() != 1 || flat.size(0) != expected)
    throw Error(fmt::format("the gradient policy must return one number for each of {} parameters, found {}", expected,
                            flat.defined() ? fmt::format("{} in {} dimensions", flat.numel(), flat.dim()) : "nothing"));
  std::int64_t at = 0;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    auto& parameter = parameters_[p];
    if (reached[p])
      parameter.mutable_grad() = flat.narrow(0, at, parameter.numel()).view(parameter.sizes()).to(parameter.options());
    at += parameter.numel();
  }
}

TensorDict Gradients::state() const { return policy_ ? state_of(*policy_) : TensorDict(); }

void Gradients::load(const TensorDict& state, const std::string& what) const {
  if (policy_) load_state(*policy_, state, what);
}

}  // namespace kdbench::inline train
