/// When the training step of a student becomes a CUDA graph: a decision before every step, free of CUDA.
#pragma once
#include <cstdint>
#include <string>

namespace kdbench::inline train {

/// A graph replays the same kernels on the same addresses. So a step qualifies if its batches have one shape, it draws no random
/// numbers and the host reads no value of it. The first steps run one by one, because libraries set themselves up in them; the
/// next is watched; then the step is captured.
class CapturePolicy {
 public:
  enum class Action {
    kOneByOne,  ///< run the step
    kWatch,     ///< run it and look for what a graph could not replay; refuse() if there is something
    kCapture,   ///< capture it, then replay
    kReplay,    ///< replay what was captured
  };

  /// @param batch_rows rows of a full batch; other sizes (the last of an epoch) run one by one
  /// @param refusal why there must be no graph, or empty
  explicit CapturePolicy(std::int64_t batch_rows, std::string refusal = "")
      : batch_rows_(batch_rows), reason_(std::move(refusal)) {}

  /// What to do with the next step. Another `phase` changes the kernels or the numbers in them: the graph is void and everything
  /// starts again.
  Action next(std::int64_t rows, std::int64_t phase);

  /// From now on every step runs one by one, because of `reason`; of several reasons the first is kept.
  void refuse(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
  }

  /// Why steps run one by one, or empty.
  const std::string& reason() const { return reason_; }

 private:
  std::int64_t batch_rows_, full_steps_ = 0, phase_ = 0;
  std::string reason_;
};

}  // namespace kdbench::inline train
