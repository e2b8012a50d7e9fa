/// What a loss must leave as it was: the tensors it is lent, and the state of its thread and process, with which others compute.
#pragma once
#include <kdbench/sdk/error.h>
#include <kdbench/sdk/loss.h>

#include <torch/types.h>

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

/// What computing depends on beside tensors.
struct ThreadState {
  bool grad_mode = true;
  c10::ScalarType default_dtype = c10::kFloat;
  int rounding = 0;                 ///< of <cfenv>
  std::uint32_t float_control = 0;  ///< flush-to-zero and its kin, where the processor has them
  int intra_op_threads = 1;
  std::string locale, folder;

  static ThreadState now();
  /// Makes it so again, as far as it can be.
  void restore() const;
  /// Names the first thing in which `other` differs, with the call that changes it; empty if nothing.
  std::string difference(const ThreadState& other) const;
};

/// Watches one forward(): made before, checked after. It looks at version counters, which every operation of libtorch raises on
/// what it writes; nothing is read or copied. Whatever ends it, the state of the thread is put back.
class LossGuard {
 public:
  /// @param shares_teacher others read the teacher's tensors too
  LossGuard(const LossInputs& lent, bool shares_teacher);
  ~LossGuard();
  LossGuard(const LossGuard&) = delete;
  LossGuard& operator=(const LossGuard&) = delete;

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

  std::vector<Lent> lent_;
  ThreadState before_;
};

/// A copy of a network's output, for a loss that has not shown yet that it writes nothing.
ModelOutput copy_of(const ModelOutput& output);

/// Compares what a loss was lent as copies with the originals, number by number: a write past libtorch raises no counter.
/// @throws Trespass
void check_copies(const ModelOutput& copies, const ModelOutput& originals);

}  // namespace kdbench::inline train
