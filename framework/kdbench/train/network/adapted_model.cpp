#include <kdbench/train/network/adapted_model.h>

#include <utility>

namespace kdbench::inline train {
namespace {

const std::string kStudent = "student", kAdapter = "adapter";

}  // namespace

AdaptedModel::AdaptedModel(std::shared_ptr<Model> student, std::shared_ptr<Loss> adapter)
    : student_(register_module(kStudent, std::move(student))), adapter_(register_module(kAdapter, std::move(adapter))) {}

ModelOutput AdaptedModel::forward(const torch::Tensor& images) {
  auto output = student_->forward(images);
  if (!is_training()) output.logits = adapter_->judged_logits(output);
  return output;
}

bool is_adapted(const TensorDict& weights) {
  for (const auto& [name, tensor] : weights) {
    if (name.starts_with(kAdapter + ".")) return true;
  }
  return false;
}

TensorDict without_adapter(const TensorDict& weights) {
  if (!is_adapted(weights)) return weights;
  const auto prefix = kStudent + ".";
  TensorDict out;
  for (const auto& [name, tensor] : weights) {
    if (name.starts_with(prefix)) out.emplace(name.substr(prefix.size()), tensor);
  }
  return out;
}

}  // namespace kdbench::inline train
