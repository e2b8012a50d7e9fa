/// SGD over one flat buffer: parameters and momentum are views of two buffers, the update is one pass over memory.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace kdbench {

/// Momentum SGD as torch::optim::SGD computes it (dampening 0): d = g + weight_decay p; m = momentum m + d, from m = 0; p -= lr * (nesterov ? d + momentum m : m). Equal to it up to rounding.
///
/// Gradients are not accumulated into a buffer: clear_gradients() leaves them undefined, so that the backward pass hands its
/// tensors over instead of adding them to zeros.
class FlatSgd {
 public:
  struct Options {
    double momentum = 0.9, weight_decay = 0;
    bool nesterov = false;
  };

  /// Moves `parameters` (float, one device) into one buffer; each keeps its shape and memory format and stays valid.
  FlatSgd(std::vector<at::Tensor> parameters, Options options);

  void clear_gradients();

  /// Updates with learning rate `lr`. A parameter without gradient is left alone, as torch does.
  /// Returns false if some gradient was not finite (CPU); the parameters are then worthless. On a GPU the answer is kept in
  /// `nonfinite()` so that the host need not wait.
  bool step(double lr);

  /// 0-dim float on the device: not 0 once a gradient was not finite (GPU only).
  const at::Tensor& nonfinite() const { return nonfinite_; }

  /// All momenta in one buffer, for checkpoints; zeros before the first step.
  const at::Tensor& momentum() const { return momentum_; }
  void restore(const at::Tensor& momentum);

 private:
  bool step_cpu(float lr);
  void step_device(double lr);

  Options options_;
  std::vector<at::Tensor> params_, momenta_;
  at::Tensor flat_, momentum_, nonfinite_;
};

}  // namespace kdbench
