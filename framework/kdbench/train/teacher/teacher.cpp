#include <kdbench/base/hash.h>
#include <kdbench/train/network/summed_model.h>
#include <kdbench/train/network/weights.h>
#include <kdbench/train/teacher/teacher.h>

#include <torch/utils.h>

namespace kdbench::inline train {

Teacher::Teacher(const std::vector<FrozenNetwork>& parts, std::size_t threads, torch::Device device) {
  for (std::size_t i = 0; i < threads; ++i) {
    auto& made = parts_.emplace_back();
    for (const auto& part : parts) made.push_back(make_frozen(part, device, "the teacher"));
    copies_.push_back(summed(made.front(), {made.begin() + 1, made.end()}));
    copies_.back()->eval();
  }
}

Teacher::Teacher(const std::function<std::shared_ptr<Model>()>& build, const TensorDict& weights, std::size_t threads,
                 torch::Device device)
    : Teacher({FrozenNetwork{build, weights}}, threads, device) {}

ModelOutput Teacher::forward(std::size_t thread, const torch::Tensor& images, const TeacherWants& wants) const {
  torch::NoGradGuard no_grad;
  auto output = copies_.at(thread)->forward(images);
  if (!wants.features) {
    output.features.clear();
    output.preactivations.clear();
    output.embedding_map.reset();
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
