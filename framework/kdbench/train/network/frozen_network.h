/// Networks that no training changes: what teaches, and what is added to.
#pragma once
#include <kdbench/sdk/model.h>
#include <kdbench/train/network/safetensors.h>

#include <functional>
#include <memory>
#include <string>

namespace kdbench::inline train {

/// How a frozen network is made: its architecture, and the weights that fill it.
struct FrozenNetwork {
  std::function<std::shared_ptr<Model>()> build;
  TensorDict weights;
};

/// Makes it on `device`, in eval mode and without gradients. @throws kdbench::Error if the weights do not fit; `what` names it
std::shared_ptr<Model> make_frozen(const FrozenNetwork& network, torch::Device device, const std::string& what);

}  // namespace kdbench::inline train
