/// A network that is judged by an adapter: a loss that makes the logits of what the network computed (LossNeeds::adapts).
#pragma once
#include <kdbench/sdk/loss.h>
#include <kdbench/sdk/model.h>
#include <kdbench/train/network/safetensors.h>

#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// Runs the student; in eval mode its logits are the adapter's. In train mode they are the student's own, and who trains asks the
/// adapter after the loss. Parameters and state are those of both, as "student.NAME" and "adapter.NAME". Tells no classifier: its
/// logits are not made of its embedding.
class AdaptedModel final : public Model {
 public:
  AdaptedModel(std::shared_ptr<Model> student, std::shared_ptr<Loss> adapter);

  ModelOutput forward(const torch::Tensor& images) override;
  std::vector<std::string> feature_names() const override { return student_->feature_names(); }
  std::vector<std::string> exit_names() const override { return student_->exit_names(); }
  std::map<std::string, NormAffine, std::less<>> feature_norms() const override { return student_->feature_norms(); }

 private:
  std::shared_ptr<Model> student_;
  std::shared_ptr<Loss> adapter_;
};

/// True if these are the weights of an adapted network.
bool is_adapted(const TensorDict& weights);

/// The weights of the student alone, whether it has an adapter or not.
TensorDict without_adapter(const TensorDict& weights);

}  // namespace kdbench::inline train
