/// Training steps as replays of a graph, where nothing stands against it.
#pragma once
#include <kdbench/results/record.h>
#include <kdbench/sdk/model.h>
#include <kdbench/train/data/batch.h>
#include <kdbench/train/device/capture_policy.h>
#include <kdbench/train/device/cuda.h>

#include <cstdint>
#include <functional>

namespace kdbench::inline train {

/// Runs training steps: first one by one, then, if CapturePolicy finds nothing against it, as replays of one CUDA graph. On the
/// CPU always one by one.
class StepGraph {
 public:
  /// Forward, backward and update on the given batch. In a replay its host code does not run: whatever depends on the step must
  /// be read from tensors.
  using Step = std::function<void(const Batch&, const ModelOutput& teacher)>;

  StepGraph(torch::Device device, CapturePolicy policy);

  /// Enqueues one step on the calling thread's stream, which must be the same every time.
  /// @param phase as CapturePolicy has it; a graph is made for each
  void run(const Batch& batch, const ModelOutput& teacher, std::int64_t phase, const Step& step);

  /// How many steps ran in which way, for the record.
  GraphReport report() const;

 private:
  bool fits(Batch& batch, ModelOutput& teacher);
  void make_inputs(const Batch& like, const ModelOutput& teacher);
  void copy_inputs(Batch& batch, ModelOutput& teacher);

  CapturePolicy policy_;
  bool captured_ = false;
  std::int64_t replayed_ = 0, one_by_one_ = 0;
  Batch batch_;          ///< what the graph reads
  ModelOutput teacher_;  ///< what the graph reads
  DeviceGraph graph_;
};

}  // namespace kdbench::inline train
