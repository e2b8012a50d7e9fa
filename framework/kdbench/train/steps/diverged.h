/// Trainings that end because a number is not finite.
#pragma once
#include <fmt/core.h>

#include <cstdint>
#include <stdexcept>

namespace kdbench::inline train {

/// Thrown when a loss or gradient is not finite; the job ends as diverged.
struct Diverged : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The first step, counted from the start of training, where the loss or else a gradient was not finite.
struct NotFinite {
  std::int64_t step = 0;
  bool in_loss = false;
};

/// "the loss is not finite in epoch 2, step 1".
inline Diverged diverged(const NotFinite& found, std::int64_t steps_per_epoch) {
  return Diverged(fmt::format("{} is not finite in epoch {}, step {}", found.in_loss ? "the loss" : "a gradient",
                              found.step / steps_per_epoch + 1, found.step % steps_per_epoch + 1));
}

}  // namespace kdbench::inline train
