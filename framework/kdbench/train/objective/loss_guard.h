/// What a loss must leave as it was: the tensors it is lent, and the state of its thread and process, with which others compute.
#pragma once
#include <kdbench/sdk/error.h>
#include <kdbench/sdk/loss.h>

#include <torch/types.h>

#include <signal.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline train {

/// A loss changed what is not its own. Its job fails; what() says what was changed, and what to do instead.
class Trespass : public Error {
 public:
  Trespass(const std::string& what, bool harmed_others) : Error(what), harmed_others_(harmed_others) {}
  /// True where others may have read what was written.
  bool harmed_others() const { return harmed_others_; }

 private:
  bool harmed_others_;
};

/// What differs between two states.
struct StateChange {
  std::string what;             ///< the first thing, with the call that changes it; empty if nothing differs
  bool reaches_others = false;  ///< it belongs to the whole process, so that whoever computed meanwhile may have had it
};

/// What computing depends on beside tensors.
struct ThreadState {
  // Of the thread.
  bool grad_mode = true, inference_mode = false;
  std::uint64_t included_keys = 0, excluded_keys = 0;  ///< of libtorch's dispatcher: autocast and its kin
  int rounding = 0;                                    ///< of <cfenv>
  std::uint32_t float_control = 0;                     ///< flush-to-zero and its kin, where the processor has them
  int intra_op_threads = 1;
  // Of the process.
  c10::ScalarType default_dtype = c10::kFloat;
  bool onednn = true, deterministic = false;
  int matmul_precision = 0;
  std::string locale, folder;
  struct sigaction at_sigterm = {};

  static ThreadState now();
  /// Makes it so again, as far as it can be.
  void restore() const;
  StateChange difference(const ThreadState& other) const;
};

/// Watches what a plugin's code does to its thread and process: made before it, checked after. Whatever ends it, the state is put
/// back.
class StateGuard {
 public:
  StateGuard() : before_(ThreadState::now()) {}
  ~StateGuard() { before_.restore(); }
  StateGuard(const StateGuard&) = delete;
  StateGuard& operator=(const StateGuard&) = delete;

  /// @param who "the loss"
  /// @throws Trespass naming what was changed
  void check(const std::string& who) const;

 private:
  ThreadState before_;
};

/// Watches one forward(): made before, checked after. It looks at version counters, which every operation of libtorch raises on
/// what it writes; nothing is read or copied. Whatever ends it, the state of the thread is put back.
class LossGuard {
 public:
  /// @param shares_teacher others read the teacher's tensors too
  LossGuard(const LossInputs& lent, bool shares_teacher);

  /// @throws Trespass naming what was changed
  void check() const;

 private:
  struct Lent {
    std::string name;
    torch::Tensor tensor;
    std::uint32_t version;
    bool is_shared;
  };
  void lend(const std::string& name, const torch::Tensor& tensor, bool is_shared);
  void lend(const std::string& whose, const ModelOutput& output, bool is_shared);

  StateGuard state_;
  std::vector<Lent> lent_;
};

/// A copy of a network's output, for a loss that has not shown yet that it writes nothing.
ModelOutput copy_of(const ModelOutput& output);

/// Compares what a loss was lent as copies with the originals, number by number: a write past libtorch raises no counter.
/// @throws Trespass
void check_copies(const ModelOutput& copies, const ModelOutput& originals);

}  // namespace kdbench::inline train
