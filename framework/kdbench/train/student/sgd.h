/// SGD over one flat buffer: parameters and momentum are views of two buffers, the update is one pass over memory.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace kdbench::inline train {

/// Momentum SGD as torch::optim::SGD computes it (dampening 0): d = g + weight_decay p; m = momentum m + d, from m = 0; p -= lr *
/// (nesterov ? d + momentum m : m). Equal to it up to rounding.
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

  /// Updates with learning rate `lr`, on the CPU in one pass. A parameter without gradient is left alone, as torch does.
  /// Returns false if some gradient was not finite; the parameters are then worthless.
  bool step(double lr);

  /// The learning rate of step_on_device(); a tensor there, because a captured step cannot read a number of the host.
  void set_rate(double lr);
  /// The same update, up to rounding, by tensor operations, without the host waiting. Returns a 0-dim float that is not finite
  /// if some gradient was not.
  at::Tensor step_on_device();

  /// All momenta in one buffer, for checkpoints; zeros before the first step.
  const at::Tensor& momentum() const { return momentum_; }
  void restore(const at::Tensor& momentum);

 private:
  /// Parameters [first, last), which lie side by side in the buffers.
  struct Run {
    std::size_t first = 0, last = 0;
  };
  std::vector<Run> runs_with_gradients() const;
  at::Tensor gradients_of(const Run& run) const;
  void update_on_device(const Run& run, const at::Tensor& gradients);

  Options options_;
  std::vector<at::Tensor> params_, momenta_;
  std::vector<std::int64_t> offsets_;  ///< of each parameter in the buffers, then their length
  at::Tensor flat_, momentum_, rate_, padding_;
};

}  // namespace kdbench::inline train
