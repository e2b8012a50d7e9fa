/// SGD over one flat buffer: parameters and momentum are views of two buffers, the update is one pass over memory.
#pragma once
#include <kdbench/train/optimizer/flat_parameters.h>
#include <kdbench/train/optimizer/optimizer.h>

#include <vector>

namespace kdbench::inline train {

/// Momentum SGD as torch::optim::SGD computes it (dampening 0): d = g + weight_decay p; m = momentum m + d, from m = 0; p -= lr *
/// (nesterov ? d + momentum m : m). Equal to it up to rounding.
class FlatSgd final : public Optimizer {
 public:
  struct Options {
    double momentum = 0.9, weight_decay = 0;
    bool nesterov = false;
    bool decay_all = true;  ///< also biases, and scale and shift of norms
  };

  FlatSgd(std::vector<at::Tensor> parameters, Options options);

  void clear_gradients() override { params_.clear_gradients(); }
  double gradient_norm() const override { return params_.gradient_norm(); }
  bool step(double lr) override;
  void set_rate(double lr) override;
  at::Tensor step_on_device() override;
  TensorDict state() const override;
  void restore(const TensorDict& state) override;

  /// All momenta in one buffer; zeros before the first step.
  const at::Tensor& momentum() const { return momentum_; }

 private:
  double decay_of(std::size_t i) const { return decays(params_[i], options_.decay_all) ? options_.weight_decay : 0.0; }
  void update_on_device(const FlatParameters::Run& run, const at::Tensor& gradients);

  Options options_;
  FlatParameters params_;
  at::Tensor momentum_, rate_;
  std::vector<at::Tensor> momenta_;
};

}  // namespace kdbench::inline train
