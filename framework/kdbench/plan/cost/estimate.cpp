#include <kdbench/plan/cost/estimate.h>

#include <algorithm>

namespace kdbench::inline plan {
namespace {

// Fitted to the peaks of real runs, see docs/performance.md.
constexpr double kWorkerBytes = 185e6;  // libtorch, BLAS, plugins, and what the allocator takes at once for small tensors
constexpr double kImageBytes = 180e6;   // oneDNN's kernels and scratch memory, and what reading the files leaves behind
constexpr double kTapeBytes = 256.0 * (1 << 20);  // of a segment of teacher outputs, at most
constexpr double kEvaluationBatch = 256;
constexpr double kWeightBytes = 4;
// Freed blocks are kept by size, so what differs in size adds up: steps, evaluations, and the last batch of a split.
constexpr double kStepFactor = 1.35;       // of what a forward of a batch makes
constexpr double kEvaluationFactor = 2.2;  // of the feature maps of an evaluated batch
constexpr double kTeacherFactor = 0.82;    // the same of the teacher, which is never trained here; on every thread

/// Test rows that are kept.
double test_rows(const DatasetSpec& dataset, const DatasetInfo& info) {
  const double limit = static_cast<double>(dataset.test_limit), all = static_cast<double>(info.num_test);
  return limit > 0 ? std::min(limit, all) : all;
}

/// Both splits as read, and the rows that are kept of them.
double data_bytes(const DatasetSpec& dataset, double rows, const DatasetInfo& info) {
  const auto pixels = static_cast<double>(info.image.channels * info.image.height * info.image.width);
  const double kept = rows + static_cast<double>(dataset.validation) + test_rows(dataset, info);
  return (pixels + 16) * (static_cast<double>(info.num_train + info.num_test) + kept);
}

/// Bytes of the feature maps of a batch as it is evaluated.
double map_bytes(const ModelFacts& model) {
  double maps = 0;
  for (const auto& f : model.features) maps += static_cast<double>(f.channels * f.height * f.width) * 4;
  return maps * kEvaluationBatch;
}

/// Values a network says about one sample: its logits, and its feature maps where the loss reads them.
double values_said(const ModelFacts& model, bool features) {
  double values = static_cast<double>(model.num_logits);
  if (!features) return values;
  for (const auto& f : model.features) values += static_cast<double>(f.channels * f.height * f.width);
  return values;
}

double tape_bytes(const ModelFacts& teacher, const Recipe& train, double rows, bool feature_loss) {
  const double epoch = rows * values_said(teacher, feature_loss) * 4;
  return train.moves_images() || epoch > kTapeBytes ? 2 * std::min(epoch, kTapeBytes) : epoch;
}

void add_memory(Estimate& estimate, const ModelFacts& model, const ModelFacts* teacher, const Spec& spec, double rows,
                const DatasetInfo& info, bool feature_loss) {
  const auto& train = *spec.train;
  const double batch = static_cast<double>(train.batch_size);
  const bool validates = static_cast<double>(spec.dataset->validation) > 0;
  const bool images = info.image.height * info.image.width > 1;
  estimate.shared_bytes = kWorkerBytes + (images ? kImageBytes : 0.0) + data_bytes(*spec.dataset, rows, info);
  if (teacher) {  // it is asked about the training rows for the tape, and about the test rows for its calibration
    estimate.shared_bytes += tape_bytes(*teacher, train, rows, feature_loss);
    estimate.thread_bytes = kWeightBytes * static_cast<double>(teacher->num_params) + kTeacherFactor * map_bytes(*teacher);
  }
  // Of images that do not move the logits are calibrated once and kept, for each calibrator.
  const bool has_table = teacher && spec.teacher && spec.teacher->calibrator && !train.moves_images() && !feature_loss;
  // Weights, gradients and what the optimiser keeps; with validation rows also the states that were best by four rules.
  const double copies = 2 + (train.optimizer == "adamw" ? 2 : 1) + (validates ? 4 : 0);
  estimate.state_bytes = copies * kWeightBytes * static_cast<double>(model.num_params);
  if (has_table) estimate.state_bytes += rows * values_said(*teacher, false) * 4;
  // A step and an evaluation come on top of each other, because their batches differ in size.
  const double running = kStepFactor * model.activation_bytes * batch + kEvaluationFactor * map_bytes(model);
  estimate.bytes = estimate.shared_bytes + estimate.thread_bytes + estimate.state_bytes + running;
}

}  // namespace

Estimate estimate_job(const ModelFacts& model, const ModelFacts* teacher, const Spec& spec, std::int64_t num_train,
                      const DatasetInfo& info, bool feature_loss, const ModelFacts* frozen) {
  Estimate estimate;
  if (num_train == 0) return estimate;
  const auto& train = *spec.train;
  const double rows = static_cast<double>(num_train), epochs = static_cast<double>(train.epochs);
  const double evaluations = std::max(1.0, epochs / static_cast<double>(train.evaluate_every));
  const double validation = static_cast<double>(spec.dataset->validation), test = test_rows(*spec.dataset, info);
  // A step is a forward, a backward by input and a backward by weights: three forwards' worth of arithmetic.
  // Of images that do not move, the teacher's logits are the same in every epoch.
  const double passes = train.moves_images() || feature_loss ? epochs : 1.0;
  estimate.shared_seconds = teacher ? passes * rows * teacher->forward_s : 0.0;
  estimate.seconds = epochs * rows * 3.0 * model.forward_s + estimate.shared_seconds;
  estimate.seconds += model.forward_s * (evaluations * validation + test);
  add_memory(estimate, model, teacher, spec, rows, info, feature_loss);
  if (!frozen) return estimate;
  estimate.seconds += frozen->forward_s * (epochs * rows + evaluations * validation + test);
  const double weights = kWeightBytes * static_cast<double>(frozen->num_params);
  estimate.state_bytes += weights;
  estimate.bytes += weights + kEvaluationFactor * map_bytes(*frozen);
  return estimate;
}

}  // namespace kdbench::inline plan
