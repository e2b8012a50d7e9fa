/// Running a network over rows and measuring what it says.
#pragma once
#include <kdbench/calibration/metrics.h>
#include <kdbench/sdk/model.h>
#include <kdbench/train/data/train_data.h>

#include <array>
#include <vector>

namespace kdbench::inline train {

/// Temperatures of the curves that records hold.
inline constexpr std::array kCurveTaus{1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0};

/// What a network says about rows, in order, float32 on the CPU.
struct Answers {
  torch::Tensor logits;     ///< [N, K]
  torch::Tensor embedding;  ///< [N, D]; undefined if the model has none
};
/// Eval mode, no gradient; the mode is restored afterwards.
Answers answers_of(Model& model, const TrainData& data, const Rows& rows);

/// The logits alone, [N, K].
torch::Tensor logits_of(Model& model, const TrainData& data, const Rows& rows);

/// Logits and labels as the calibration layer reads them.
struct Measured {
  std::vector<double> logits;
  std::vector<std::int64_t> labels;
  std::int64_t num_classes = 0;
  LogitsView view() const { return {logits, labels, num_classes}; }
};
Measured measured(const torch::Tensor& logits, const torch::Tensor& labels);

/// The values of a float tensor, row by row; nothing for an undefined one.
std::vector<double> doubles(const torch::Tensor& tensor);

/// {"T", "status", "split": "validation", "nll_before", "nll_after", "ece_before", "ece_after", "reliability_after"}: T is fitted
/// on `validation`, what it does to calibration is measured on `test`.
Json fitted_temperature(const Measured& validation, const Measured& test, int bins);

/// Share of rows whose label is the class of highest posterior: the best any network can reach, up to chance. -1 without
/// posterior.
double bayes_accuracy(const Rows& rows);

}  // namespace kdbench::inline train
