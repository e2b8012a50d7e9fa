/// How the parameters of one training are updated.
#pragma once
#include <kdbench/train/network/safetensors.h>

#include <ATen/core/Tensor.h>

#include <string>

namespace kdbench::inline train {

class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Leaves all gradients undefined.
  virtual void clear_gradients() = 0;

  /// Euclidean norm of the gradients of all its parameters as one vector, before weight decay. Waits for the device.
  virtual double gradient_norm() const = 0;

  /// Updates with learning rate `lr`, on the CPU in one pass. A parameter without gradient is left alone, as torch does.
  /// Returns false if some gradient was not finite; the parameters are then worthless.
  virtual bool step(double lr) = 0;

  /// The learning rate of step_on_device(); a tensor there, because a captured step cannot read a number of the host.
  virtual void set_rate(double lr) = 0;
  /// The same update, up to rounding, by tensor operations, without the host waiting. Returns a 0-dim float that is not finite
  /// if some gradient was not.
  virtual at::Tensor step_on_device() = 0;

  /// What it keeps between steps, for checkpoints: "sgd/momentum". Waits for the device.
  virtual TensorDict state() const = 0;
  /// @throws kdbench::Error for the state of another optimiser, c10::Error for one of other shapes
  virtual void restore(const TensorDict& state) = 0;
};

/// Whether weight decay acts on a parameter. Those of one dimension are biases and the scales and shifts of norms.
/// @param all on these, too
inline bool decays(const at::Tensor& parameter, bool all) { return all || parameter.dim() > 1; }

/// The tensor of that name. @throws kdbench::Error if there is none
const at::Tensor& kept_tensor(const TensorDict& state, const std::string& name);

}  // namespace kdbench::inline train
