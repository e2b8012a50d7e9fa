/// Parameters of a network in one buffer, beside which an optimiser keeps buffers of the same layout.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace kdbench::inline train {

/// Gradients are not accumulated into a buffer: clear_gradients() leaves them undefined, so that the backward pass hands its
/// tensors over instead of adding them to zeros.
class FlatParameters {
 public:
  /// Moves `parameters` (float, one device) into one buffer; each keeps its shape and memory format and stays valid.
  explicit FlatParameters(std::vector<at::Tensor> parameters);

  std::size_t size() const { return params_.size(); }
  const at::Tensor& operator[](std::size_t i) const { return params_[i]; }
  bool has_gradient(std::size_t i) const { return params_[i].grad().defined(); }
  /// In the parameter's own memory layout, so that one loop can walk both.
  at::Tensor gradient(std::size_t i) const;
  void clear_gradients();
  /// Euclidean norm of all gradients as one vector, summed in float64; 0 where there is none. Waits for the device.
  double gradient_norm() const;

  /// Zeros in the layout of the buffer; undefined without parameters.
  at::Tensor make_buffer() const;
  /// The place of every parameter in such a buffer, with its shape and memory format.
  std::vector<at::Tensor> views_of(const at::Tensor& buffer) const;

  /// Parameters [first, last), which lie side by side in the buffers.
  struct Run {
    std::size_t first = 0, last = 0;
  };
  /// The longest runs of parameters that have a gradient and are of one kind.
  std::vector<Run> runs_with_gradients(const std::function<std::size_t(std::size_t)>& kind_of) const;
  /// One fresh tensor with the gradients where their parameters are in the buffers.
  at::Tensor gradients_of(const Run& run) const;
  /// The run's part of the parameters, or of a buffer.
  at::Tensor part_of(const at::Tensor& buffer, const Run& run) const;
  at::Tensor part_of(const Run& run) const { return part_of(flat_, run); }

 private:
  std::vector<at::Tensor> params_;
  std::vector<std::int64_t> offsets_;  ///< of each parameter in the buffers, then their length
  at::Tensor flat_, padding_;
};

}  // namespace kdbench::inline train
