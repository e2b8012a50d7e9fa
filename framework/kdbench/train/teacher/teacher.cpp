#include <kdbench/base/hash.h>
#include <kdbench/base/text.h>
#include <kdbench/train/network/summed_model.h>
#include <kdbench/train/teacher/teacher.h>

#include <fmt/core.h>

namespace kdbench::inline train {

std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> out;
  for (const auto& p : module.named_parameters()) out.emplace(p.key(), p.value());
  for (const auto& b : module.named_buffers()) out.emplace(b.key(), b.value());
  return out;
}

std::string weights_sha256(const torch::nn::Module& module) {
  Sha256 sha;
  for (const auto& [name, tensor] : state_of(module)) {
    const auto t = tensor.detach().cpu().contiguous();
    sha.update(name.data(), name.size()).update(t.data_ptr(), t.nbytes());
  }
  return sha.hex();
}

void load_state(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& state, const std::string& what) {
  torch::NoGradGuard no_grad;
  const auto own = state_of(module);
  std::vector<std::string> wrong;
  for (const auto& [name, tensor] : own) {
    const auto it = state.find(name);
    if (it == state.end())
      wrong.push_back("missing '" + name + "'");
    else if (it->second.sizes() != tensor.sizes())
      wrong.push_back(fmt::format("'{}' has another shape", name));
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

std::shared_ptr<Model> make_frozen(const FrozenNetwork& network, torch::Device device, const std::string& what) {
  auto model = network.build();
  load_state(*model, network.weights, what);
  model->to(device);
  to_channels_last(*model);
  model->eval();
  for (auto& p : model->parameters()) p.set_requires_grad(false);
  return model;
}

Teacher::Teacher(const std::vector<FrozenNetwork>& parts, std::size_t threads, torch::Device device) {
  for (std::size_t i = 0; i < threads; ++i) {
    auto& made = parts_.emplace_back();
    for (const auto& part : parts) made.push_back(make_frozen(part, device, "the teacher"));
    copies_.push_back(summed(made.front(), {made.begin() + 1, made.end()}));
    copies_.back()->eval();
  }
}

Teacher::Teacher(const std::function<std::shared_ptr<Model>()>& build, const std::map<std::string, torch::Tensor>& weights,
                 std::size_t threads, torch::Device device)
    : Teacher({FrozenNetwork{build, weights}}, threads, device) {}

ModelOutput Teacher::forward(std::size_t thread, const torch::Tensor& images, const TeacherWants& wants) const {
  torch::NoGradGuard no_grad;
  auto output = copies_.at(thread)->forward(images);
  if (!wants.features) {
    output.features.clear();
    output.preactivations.clear();
  }
  if (!wants.embedding) output.embedding.reset();
  if (temperature_ != 1.0) output.logits = output.logits / temperature_;
  return output;
}

std::string Teacher::sha256() const {
  const auto sha_of = [](const std::vector<std::shared_ptr<Model>>& parts) {
    std::string all;
    for (const auto& part : parts) all += weights_sha256(*part);
    return parts.size() == 1 ? all : sha256_hex(all);
  };
  auto sha = sha_of(parts_.front());
  for (const auto& parts : parts_) {
    if (sha_of(parts) != sha) return "the copies differ";
  }
  return sha;
}

}  // namespace kdbench::inline train
