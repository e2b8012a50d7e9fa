/// What a golden case gives, as the host gives it to a loss.
#pragma once
#include <kdbench/sdk/loss.h>
#include <kdbench/worker/golden/golden_case.h>

#include <map>
#include <string>
#include <vector>

namespace kdbench::inline worker {

/// One batch. What the case gives of the student, and draws of float64, are leaves that require gradients; all
/// else is constant.
struct GoldenBatch {
  ModelOutput student, teacher;
  torch::Tensor labels, mixed_labels, indices, posterior, images;
  double mix = 1.0;
  std::vector<ModelOutput> more_teachers;
  ModelOutput student_second_view, teacher_second_view;
  Classifier student_classifier;
  bool has_labels = false;  ///< the case gives them
  std::int64_t epoch = 0, step = 0;
  std::map<std::string, torch::Tensor> draws;   ///< by name; those of float64 are leaves
  std::map<std::string, torch::Tensor> leaves;  ///< by the places of for_each_leaf()
};

/// All that a case gives before and during its steps.
struct GoldenInputs {
  LossContext context;
  std::int64_t num_epochs = 0, num_steps = 0;
  std::vector<GoldenBatch> batches;  ///< at least one
};

/// Returns what the case gives; where it is silent, what docs/golden_files.md says.
/// @param teacher_temperature divides the logits of the teachers
/// @throws kdbench::Error naming the place of what cannot be given
GoldenInputs golden_inputs(const GoldenCase& golden, double teacher_temperature);

}  // namespace kdbench::inline worker
