/// Synthetic batches on which a loss plugin is measured: both networks' outputs drawn from a seed, in float64 or float32.
#pragma once
#include <kdbench/registry/catalog.h>

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline worker {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor*>>;

/// One batch. The student's tensors are leaves that require gradients; the teacher's are constants.
struct ProbeBatch {
  ModelOutput student, teacher, student_second_view, teacher_second_view;
  torch::Tensor labels, indices, posterior, images;
  Classifier student_classifier = {};
  double tau_student = 2.0, tau_teacher = 3.0;

  /// The student's tensors by name: "logits", "features f1", "preactivations f1", "embedding", "classifier weight"; those of a
  /// second view with "second view's " before it.
  NamedTensors student_tensors();
  NamedTensors teacher_tensors();
  /// What belongs to no network: "labels", "indices", "images" and, where it is there, "posterior".
  NamedTensors other_tensors();
};

/// Where in a training a batch stands.
struct ProbePlace {
  std::int64_t epoch = 2, num_epochs = 10, step = 4, num_steps = 20;
};

/// How many rows a batch may have: as many as the training split of probe_context().
constexpr std::int64_t kMostProbeRows = 64;

/// Returns a context with feature maps of both networks; their widths differ unless `alike`.
LossContext probe_context(std::int64_t num_classes, bool alike);

/// Draws what a context of given shapes lacks: the teacher's batch norms, its last layer, and the labels of the split.
void draw_teacher(LossContext& context);

/// Draws a batch of `rows` images, at most kMostProbeRows, that fits `context`, holding what `needs` asks for and nothing else.
/// Batches of one seed have the same numbers in what they share, whatever is needed. The rows are different images of the split.
ProbeBatch draw_batch(const LossContext& context, const LossNeeds& needs, std::int64_t rows, torch::ScalarType type,
                      std::uint64_t seed = 11);

/// Returns the batch with its rows in another order, fewer or repeated; the student's tensors are fresh leaves.
ProbeBatch take_rows(const ProbeBatch& batch, const torch::Tensor& rows);

/// Value of a loss, and its gradients where they were asked for.
struct Probe {
  torch::Tensor total;  ///< 0-dim sum of the terms; undefined if the loss returns none
  LossTerms terms;
  std::vector<std::pair<std::string, torch::Tensor>> gradients;  ///< of the tensors that the loss reads
};

/// A loss that is built once and given batch after batch.
class ProbedLoss {
 public:
  /// Builds the loss from its defaults, always with the same random numbers, in train mode and of the type.
  ProbedLoss(const LossEntry& entry, const LossContext& context, torch::ScalarType type);

  Loss& loss() { return *loss_; }

  /// Returns its terms as they are.
  LossTerms forward(ProbeBatch& batch, const ProbePlace& place = {});

  /// Runs it on a batch. @throws std::runtime_error for a term that is no 0-dim float, and where gradients are asked for of a
  /// loss that does not depend on the student
  Probe run(ProbeBatch& batch, bool with_gradients, const ProbePlace& place = {});

 private:
  std::shared_ptr<Loss> loss_;
};

/// Builds the loss and runs it. Building anew every time makes the value a function of the batch alone, also for a loss with
/// memory.
Probe measure(const LossEntry& entry, const LossContext& context, ProbeBatch& batch, bool with_gradients,
              const ProbePlace& place = {});

}  // namespace kdbench::inline worker
