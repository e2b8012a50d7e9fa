#include <kdbench/base/hash.h>
#include <kdbench/base/text.h>
#include <kdbench/train/teacher.h>

#include <fmt/core.h>

namespace kdbench {

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
    if (it == state.end()) wrong.push_back("missing '" + name + "'");
    else if (it->second.sizes() != tensor.sizes()) wrong.push_back(fmt::format("'{}' has another shape", name));
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

Teacher::Teacher(const std::function<std::shared_ptr<Model>()>& build, const std::map<std::string, torch::Tensor>& weights,
                 std::size_t threads, torch::Device device) {
  for (std::size_t i = 0; i < threads; ++i) {
    auto model = build();
    load_state(*model, weights, "the teacher");
    model->to(device);
    to_channels_last(*model);
    model->eval();
    for (auto& p : model->parameters()) p.set_requires_grad(false);
    copies_.push_back(std::move(model));
  }
}

ModelOutput Teacher::forward(std::size_t thread, const torch::Tensor& images, const TeacherWants& wants) const {
  torch::NoGradGuard no_grad;
  auto output = copies_.at(thread)->forward(images);
  if (!wants.features) {
    output.features.clear();
    output.preactivations.clear();
  }
  if (!wants.embedding) output.embedding.reset();
  return output;
}

std::string Teacher::sha256() const {
  auto sha = weights_sha256(*copies_.front());
  for (const auto& copy : copies_) {
    if (weights_sha256(*copy) != sha) return "the copies differ";
  }
  return sha;
}

}  // namespace kdbench
