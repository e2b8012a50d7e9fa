/// How the gradient of an objective comes about: by one backward pass of the sum, or made of its terms' gradients by a policy.
#pragma once
#include <kdbench/sdk/gradient_policy.h>
#include <kdbench/train/network/safetensors.h>
#include <kdbench/train/objective/objective.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace kdbench::inline train {

/// Counted within the stage.
struct StagePosition {
  std::int64_t epoch = 0, num_epochs = 0, step = 0, num_steps = 0;
};

class Gradients {
 public:
  /// By one backward pass.
  Gradients() = default;
  /// @param parameters those that are trained, in the order of the policy's flat gradients
  Gradients(std::shared_ptr<GradientPolicy> policy, std::vector<torch::Tensor> parameters)
      : policy_(std::move(policy)), parameters_(std::move(parameters)) {}

  bool has_policy() const { return policy_ != nullptr; }

  /// Leaves the gradient of `objective` with the parameters, which have none before. One that no term depends on keeps none.
  /// @throws kdbench::Error if the policy returns something else than a flat gradient, Trespass if it changed what is not its own
  void backward(const Objective& objective, const StagePosition& position) const;

  /// What the policy keeps between steps, for checkpoints: empty without one.
  TensorDict state() const;
  /// @throws kdbench::Error for the state of another policy; `what` is named
  void load(const TensorDict& state, const std::string& what) const;

 private:
  std::vector<TermGradient> term_gradients(const Objective& objective, std::vector<bool>& reached) const;

  std::shared_ptr<GradientPolicy> policy_;
  std::vector<torch::Tensor> parameters_;
};

}  // namespace kdbench::inline train
