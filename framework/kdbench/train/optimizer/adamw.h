/// AdamW over one flat buffer: parameters and both running means are views of three buffers, the update is one pass over memory.
#pragma once
#include <kdbench/train/optimizer/flat_parameters.h>
#include <kdbench/train/optimizer/optimizer.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kdbench::inline train {

/// Loshchilov and Hutter 2019, as torch::optim::AdamW computes it: p -= lr weight_decay p; m = beta1 m + (1 - beta1) g;
/// v = beta2 v + (1 - beta2) g^2; p -= lr m' / (sqrt(v') + eps) with m' = m / (1 - beta1^t), v' = v / (1 - beta2^t), where t
/// counts the steps in which the parameter had a gradient. Equal to it up to rounding.
class FlatAdamW final : public Optimizer {
 public:
  struct Options {
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
    bool decay_all = true;  ///< also biases, and scale and shift of norms
  };

  FlatAdamW(std::vector<at::Tensor> parameters, Options options);

  void clear_gradients() override { params_.clear_gradients(); }
  double gradient_norm() const override { return params_.gradient_norm(); }
  bool step(double lr) override;
  void set_rate(double lr) override;
  at::Tensor step_on_device() override;
  TensorDict state() const override;
  void restore(const TensorDict& state) override;

 private:
  double decay_of(std::size_t i) const { return decays(params_[i], options_.decay_all) ? options_.weight_decay : 0.0; }
  void tell_counters_apart();
  void update_on_device(const FlatParameters::Run& run, const at::Tensor& gradients);
  at::Tensor steps() const;

  Options options_;
  FlatParameters params_;
  at::Tensor mean_, square_, rate_;
  std::vector<at::Tensor> means_, squares_;
  std::vector<std::int64_t> steps_;  ///< of each parameter, on the CPU
  /// On a device a captured step cannot count on the host. Parameters that had a gradient in the same steps share a counter
  /// there.
  std::vector<at::Tensor> counters_;     ///< 0-dim float64; empty until step_on_device()
  std::vector<std::size_t> counter_of_;  ///< of each parameter
};

}  // namespace kdbench::inline train
