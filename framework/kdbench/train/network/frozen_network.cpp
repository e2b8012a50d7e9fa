#include <kdbench/train/network/frozen_network.h>
#include <kdbench/train/network/weights.h>

namespace kdbench::inline train {

std::shared_ptr<Model> make_frozen(const FrozenNetwork& network, torch::Device device, const std::string& what) {
  auto model = network.build();
  load_state(*model, network.weights, what);
  model->to(device);
  to_channels_last(*model);
  model->eval();
  for (auto& p : model->parameters()) p.set_requires_grad(false);
  return model;
}

}  // namespace kdbench::inline train
