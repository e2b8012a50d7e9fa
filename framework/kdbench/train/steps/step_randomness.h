/// The random numbers that a network draws while it trains, as dropout does.
#pragma once
#include <kdbench/sdk/model.h>
#include <kdbench/train/data/batch.h>

#include <cstdint>
#include <mutex>

namespace kdbench::inline train {

/// Every step draws from a seed of its own, so that a network does not depend on who trains beside it, nor on where its training
/// was cut off.
class StepRandomness {
 public:
  /// Finds out whether `model`, in train mode, draws at all, by a forward on `batch` that leaves its state as it was.
  StepRandomness(Model& model, const Batch& batch, torch::Device device, std::int64_t job_seed);

  bool draws() const { return draws_; }

  /// Seeds libtorch's generator for a step and keeps other threads from drawing from it; hold the lock for the length of the
  /// step. Nothing, and an empty lock, for a network that draws nothing.
  [[nodiscard]] std::unique_lock<std::mutex> begin(std::int64_t step) const;

 private:
  std::uint64_t seed_;
  bool draws_ = false;
};

}  // namespace kdbench::inline train
