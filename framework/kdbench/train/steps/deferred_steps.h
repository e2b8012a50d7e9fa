/// Steps that are enqueued on a device; the host learns of metrics and failures once an epoch.
#pragma once
#include <kdbench/train/steps/finite_watch.h>
#include <kdbench/train/steps/step_graph.h>
#include <kdbench/train/steps/training_steps.h>

namespace kdbench::inline train {

class DeferredSteps final : public TrainingSteps {
 public:
  /// @param batch_rows rows of a full batch
  DeferredSteps(StepParts parts, torch::Device device, std::int64_t batch_rows);

  void start(std::int64_t step, const EpochSums& sums) override;
  void run(const Batch& batch, const ModelOutput& teacher, std::int64_t step, double learning_rate) override;
  std::optional<NotFinite> wait() override;
  const EpochSums& sums() override;
  std::optional<GraphReport> report() const override { return graph_.report(); }

 private:
  void enter(std::int64_t epoch);
  torch::Tensor forward_backward(const Batch& batch, const ModelOutput& teacher, std::int64_t step);

  StepParts parts_;
  torch::Device device_;
  std::int64_t epoch_ = -1, phase_ = 0;  ///< of the last step
  EpochSums sums_;
  DeviceSums device_sums_;
  bool has_run_ = false;  ///< a step since device_sums_ were moved or cleared; else they name terms of the epoch before
  FiniteWatch watch_;
  StepGraph graph_;
};

}  // namespace kdbench::inline train
