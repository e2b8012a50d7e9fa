/// Synthetic batches on which a loss plugin is measured: both networks' outputs drawn from a seed, in float64 or float32.
#pragma once
#include <kdbench/registry/catalog.h>

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline worker {

/// One batch. The student's tensors are leaves that require gradients; the teacher's are constants.
struct ProbeBatch {
  ModelOutput student, teacher;
  torch::Tensor labels, indices, posterior, images;
  double tau_student = 2.0, tau_teacher = 3.0;

  /// The student's tensors by name: "logits", "feature f1", "preactivation f1", "embedding".
  std::vector<std::pair<std::string, torch::Tensor*>> student_tensors();
  std::vector<std::pair<std::string, torch::Tensor*>> teacher_tensors();
};

/// Returns a context with feature maps of both networks; their widths differ unless `alike`.
LossContext probe_context(std::int64_t num_classes, bool alike);

/// Draws a batch of `rows` images that fits `context`, holding what `needs` asks for and nothing else.
ProbeBatch draw_batch(const LossContext& context, const LossNeeds& needs, std::int64_t rows, torch::ScalarType type);

/// Returns the batch with its rows in another order (or fewer rows); the student's tensors are fresh leaves.
ProbeBatch take_rows(const ProbeBatch& batch, const torch::Tensor& rows);

/// Value of a freshly built loss, and its gradients where they were asked for.
struct Probe {
  torch::Tensor total;  ///< 0-dim sum of the terms; undefined if the loss returns none
  LossTerms terms;
  std::vector<std::pair<std::string, torch::Tensor>> gradients;  ///< of the tensors that the loss reads
};

/// Builds the loss from its defaults, in train mode and of the batch's type, and runs it. Building anew every time makes the
/// value a function of the batch alone, also for a loss with memory.
Probe measure(const LossEntry& entry, const LossContext& context, ProbeBatch& batch, bool with_gradients);

}  // namespace kdbench::inline worker
