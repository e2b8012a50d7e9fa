#include <kdbench/train/network/summed_model.h>

#include <torch/utils.h>

#include <utility>

namespace kdbench::inline train {

SummedModel::SummedModel(std::shared_ptr<Model> own, std::vector<std::shared_ptr<Model>> frozen)
    : own_(std::move(own)), frozen_(std::move(frozen)) {}

ModelOutput SummedModel::forward(const torch::Tensor& images) {
  torch::Tensor added;
  {
    torch::NoGradGuard no_grad;
    for (const auto& model : frozen_) {
      const auto logits = model->forward(images).logits.to(torch::kFloat32);
      added = added.defined() ? added + logits : logits;
    }
  }
  auto output = own_->forward(images);
  if (added.defined()) output.logits = output.logits.to(torch::kFloat32) + added;
  return output;
}

void SummedModel::train(bool on) {
  Model::train(on);
  own_->train(on);
}

std::shared_ptr<Model> summed(std::shared_ptr<Model> own, std::vector<std::shared_ptr<Model>> frozen) {
  if (frozen.empty()) return own;
  return std::make_shared<SummedModel>(std::move(own), std::move(frozen));
}

}  // namespace kdbench::inline train
