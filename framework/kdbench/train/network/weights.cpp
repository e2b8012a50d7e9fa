#include <kdbench/base/hash.h>
#include <kdbench/base/text.h>
#include <kdbench/sdk/error.h>
#include <kdbench/train/network/weights.h>

#include <fmt/core.h>
#include <torch/utils.h>

#include <vector>

namespace kdbench::inline train {

TensorDict state_of(const torch::nn::Module& module) {
  TensorDict out;
  for (const auto& p : module.named_parameters()) out.emplace(p.key(), p.value());
  for (const auto& b : module.named_buffers()) out.emplace(b.key(), b.value());
  return out;
}

TensorDict copy_of_state(const torch::nn::Module& module) {
  TensorDict out;
  for (const auto& [name, tensor] : state_of(module)) out.emplace(name, tensor.detach().cpu().clone());
  return out;
}

std::int64_t num_parameters(const torch::nn::Module& module) {
  std::int64_t total = 0;
  for (const auto& p : module.parameters()) total += p.numel();
  return total;
}

std::string weights_sha256(const torch::nn::Module& module) {
  Sha256 sha;
  for (const auto& [name, tensor] : state_of(module)) {
    const auto t = tensor.detach().cpu().contiguous();
    sha.update(name.data(), name.size()).update(t.data_ptr(), t.nbytes());
  }
  return sha.hex();
}

void load_state(torch::nn::Module& module, const TensorDict& state, const std::string& what) {
  torch::NoGradGuard no_grad;
  const auto own = state_of(module);
  std::vector<std::string> wrong;
  for (const auto& [name, tensor] : own) {
    const auto it = state.find(name);
    if (it == state.end())
      wrong.push_back("missing '" + name + "'");
    else if (it->second.sizes() != tensor.sizes())
      wrong.push_back(fmt::format("'{}' is {} instead of {}", name, c10::str(it->second.sizes()), c10::str(tensor.sizes())));
  }
  for (const auto& [name, tensor] : state) {
    if (!own.contains(name)) wrong.push_back("unexpected '" + name + "'");
  }
  if (!wrong.empty()) throw Error(fmt::format("the weights of {} do not fit the model: {}", what, join(wrong, ", ")));
  for (auto& [name, tensor] : own) {
    auto target = tensor;
    target.copy_(state.at(name));
  }
}

void to_channels_last(torch::nn::Module& module) {
  torch::NoGradGuard no_grad;
  for (auto& p : module.parameters()) {
    if (p.dim() == 4) p.set_data(p.contiguous(c10::MemoryFormat::ChannelsLast));
  }
}

}  // namespace kdbench::inline train
