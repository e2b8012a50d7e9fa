/// Steps whose numbers the host reads as they come.
#pragma once
#include <kdbench/train/steps/training_steps.h>

namespace kdbench::inline train {

class DirectSteps final : public TrainingSteps {
 public:
  explicit DirectSteps(StepParts parts) : parts_(parts) {}

  void start(std::int64_t step, const EpochSums& sums) override;
  void run(const Batch& batch, const ModelOutput& teacher, std::int64_t step, double learning_rate) override;
  std::optional<NotFinite> wait() override { return std::nullopt; }
  const EpochSums& sums() override { return sums_; }
  std::optional<GraphReport> report() const override { return std::nullopt; }

 private:
  void forward_backward(const Batch& batch, const ModelOutput& teacher, std::int64_t step);
  [[noreturn]] void fail(const NotFinite& found) const;

  StepParts parts_;
  EpochSums sums_;
};

}  // namespace kdbench::inline train
