/// HostState: what belongs to the whole process and no plugin may change.
#pragma once
#include <kdbench/train/objective/loss_guard.h>

#include <torch/types.h>

#include <string>

namespace kdbench::inline worker {

/// Whether drawing random numbers from the default generator counts as a change.
enum class Draws { kCount, kAllowed };

/// The state of the calling thread, and of libtorch beyond it.
class HostState {
 public:
  /// Returns the state as it is.
  static HostState now();

  /// Returns the first thing that `now` has otherwise: "changes the number of libtorch's threads (set_num_threads)"; empty where
  /// nothing differs.
  std::string changed_in(const HostState& now, Draws draws = Draws::kCount) const;

  /// Puts it back, as far as it can be.
  void restore() const;

 private:
  ThreadState thread_;
  torch::Tensor generator_;  ///< state of the default generator of the CPU
};

/// Puts the host back when it goes out of scope.
class HostGuard {
 public:
  HostGuard() : before_(HostState::now()) {}
  ~HostGuard() { before_.restore(); }
  HostGuard(const HostGuard&) = delete;
  HostGuard& operator=(const HostGuard&) = delete;

 private:
  HostState before_;
};

}  // namespace kdbench::inline worker
