/// Finds the step at which a loss or a gradient was not finite, without the host waiting for any step.
#pragma once
#include <kdbench/train/steps/diverged.h>

#include <torch/types.h>

#include <cstdint>
#include <optional>

namespace kdbench::inline train {

/// Keeps two step numbers on the device; the host reads them once an epoch.
class FiniteWatch {
 public:
  explicit FiniteWatch(torch::Device device);

  /// Forgets what was found; the next step has the number `step`.
  void start(std::int64_t step);

  /// Takes note of one step and goes to the next: `loss` and `gradients` are 0-dim float, not finite if something in them is not.
  void see(const torch::Tensor& loss, const torch::Tensor& gradients);

  /// Waits for the device. Nothing if every step since start() was finite; loss before gradient where both happened in one step.
  std::optional<NotFinite> read() const;

 private:
  torch::Tensor step_, first_;  // [] and [2] int64: the present step; first bad step by loss, by gradient
};

}  // namespace kdbench::inline train
