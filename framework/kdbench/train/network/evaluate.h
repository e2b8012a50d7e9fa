/// Running a network over rows and measuring what it says.
#pragma once
#include <kdbench/calibration/metrics.h>
#include <kdbench/results/record.h>
#include <kdbench/sdk/model.h>
#include <kdbench/train/data/train_data.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace kdbench::inline train {

/// What a network says about rows, in order, float32 on the CPU.
struct RowOutputs {
  torch::Tensor logits;                             ///< [N, K]
  torch::Tensor embedding;                          ///< [N, D]; undefined if the model has none
  std::map<std::string, torch::Tensor> exits = {};  ///< [N, K] each, by Model::exit_names()
};
/// Eval mode, no gradient; the mode is restored afterwards.
RowOutputs outputs_of(Model& model, const TrainData& data, const Rows& rows);

/// The logits alone, [N, K].
torch::Tensor logits_of(Model& model, const TrainData& data, const Rows& rows);

/// Logits and labels as the calibration layer reads them.
struct LogitsAndLabels {
  std::vector<double> logits;
  std::vector<std::int64_t> labels;
  std::int64_t num_classes = 0;
  LogitsView view() const { return {logits, labels, num_classes}; }
};
/// @param logits [N, K] float; @param labels [N] int64; on any device
LogitsAndLabels logits_and_labels(const torch::Tensor& logits, const torch::Tensor& labels);

/// The values of a float tensor, row by row; nothing for an undefined one.
std::vector<double> values_of(const torch::Tensor& tensor);

/// T is fitted on `validation`, what it does to calibration is measured on `test`.
FittedTemperature fitted_temperature(const LogitsAndLabels& validation, const LogitsAndLabels& test, int bins);

/// Share of rows whose label is the class of highest posterior: the best any network can reach, up to chance. Nothing without
/// posterior.
std::optional<double> bayes_accuracy(const Rows& rows);

}  // namespace kdbench::inline train
