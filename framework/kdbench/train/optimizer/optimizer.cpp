#include <kdbench/sdk/error.h>
#include <kdbench/train/optimizer/optimizer.h>

#include <fmt/core.h>

namespace kdbench::inline train {

const at::Tensor& kept_tensor(const TensorDict& state, const std::string& name) {
  const auto it = state.find(name);
  if (it == state.end()) throw Error(fmt::format("it holds no '{}' of the optimiser", name));
  return it->second;
}

}  // namespace kdbench::inline train
