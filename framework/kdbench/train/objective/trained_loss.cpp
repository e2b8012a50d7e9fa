#include <kdbench/sdk/error.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/objective/trained_loss.h>

#include <fmt/core.h>
#include <torch/utils.h>

namespace kdbench::inline train {
namespace {

std::string own_prefix(const TrainedLoss& loss) { return loss.name.empty() ? "" : loss.name + "/"; }

}  // namespace

TensorDict state_of(const std::vector<TrainedLoss>& losses) {
  TensorDict out;
  for (const auto& loss : losses) {
    for (const auto& [name, tensor] : state_of(*loss.loss)) out.emplace(own_prefix(loss) + name, tensor);
  }
  return out;
}

void take_over(const TensorDict& state, const std::vector<TrainedLoss>& losses, const std::string& what) {
  const torch::NoGradGuard no_grad;
  std::size_t taken = 0;
  for (auto& [name, tensor] : state_of(losses)) {
    const auto from = state.find(name);
    if (from == state.end() || from->second.sizes() != tensor.sizes()) continue;
    torch::Tensor(tensor).copy_(from->second);
    ++taken;
  }
  if (taken == 0) throw Error(fmt::format("the loss has no parameter or buffer by the names and shapes of {}", what));
}

void load_state(const std::vector<TrainedLoss>& losses, const TensorDict& state, const std::string& what) {
  std::size_t used = 0;
  for (const auto& loss : losses) {
    const auto prefix = own_prefix(loss);
    TensorDict own;
    for (const auto& [name, tensor] : state) {
      if (name.starts_with(prefix)) own.emplace(name.substr(prefix.size()), tensor);
    }
    load_state(*loss.loss, own, what);
    used += own.size();
  }
  if (used != state.size()) throw Error(fmt::format("the weights of {} are of other losses", what));
}

}  // namespace kdbench::inline train
