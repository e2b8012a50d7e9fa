/// A network whose logits are its own plus those of frozen ones (residual distillation).
#pragma once
#include <kdbench/sdk/model.h>

#include <memory>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// Runs `own` and adds the logits of `frozen`, without gradient. Features and embedding are `own`'s. The parts are not
/// submodules: parameters and state of the sum are asked of `own` itself.
class SummedModel final : public Model {
 public:
  /// @param frozen in eval mode, on the same device
  SummedModel(std::shared_ptr<Model> own, std::vector<std::shared_ptr<Model>> frozen);

  ModelOutput forward(const torch::Tensor& images) override;
  std::vector<std::string> feature_names() const override { return own_->feature_names(); }
  std::vector<std::string> exit_names() const override { return own_->exit_names(); }
  void train(bool on = true) override;

 private:
  std::shared_ptr<Model> own_;
  std::vector<std::shared_ptr<Model>> frozen_;
};

/// Returns `own` itself where nothing is added.
std::shared_ptr<Model> summed(std::shared_ptr<Model> own, std::vector<std::shared_ptr<Model>> frozen);

}  // namespace kdbench::inline train
