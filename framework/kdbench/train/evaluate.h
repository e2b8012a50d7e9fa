/// Running a network over rows and measuring what it says.
#pragma once
#include <kdbench/calibration/metrics.h>
#include <kdbench/sdk/model.h>
#include <kdbench/train/data.h>

#include <vector>

namespace kdbench {

/// Logits of rows in order, [N, K] float32 on the CPU. Eval mode, no gradient; the mode is restored afterwards.
torch::Tensor logits_of(Model& model, const TrainData& data, const Rows& rows);

/// Logits and labels as the calibration layer reads them.
struct Measured {
  std::vector<double> logits;
  std::vector<std::int64_t> labels;
  std::int64_t num_classes = 0;
  LogitsView view() const { return {logits, labels, num_classes}; }
};
Measured measured(const torch::Tensor& logits, const torch::Tensor& labels);

/// Share of rows whose label is the class of highest posterior: the best any network can reach, up to chance. -1 without posterior.
double bayes_accuracy(const Rows& rows);

}  // namespace kdbench
