#include <kdbench/plan/estimate.h>

#include <algorithm>

namespace kdbench {
namespace {

// Calibrated on peaks of real runs, see docs/performance.md.
constexpr double kWorkerBytes = 190e6;       // libtorch, BLAS, plugins, and what the allocator takes at once for small tensors
constexpr double kConvolutionBytes = 110e6;  // oneDNN's kernels and scratch memory
constexpr double kTapeBytes = 256.0 * (1 << 20);  // of a segment of teacher outputs, at most
constexpr double kForwardFactor = 2.4;            // a forward without gradient holds its maps and a few more of their sizes
constexpr double kEvaluationBatch = 256;
// Freed blocks are kept by size, and the last batch of a split is of another size than the rest.
constexpr double kKeptBlocks = 1.85;
constexpr double kWeightBytes = 4;

/// Both splits as read, and the rows that are kept of them.
double data_bytes(const Json& dataset, double rows, const DatasetInfo& info) {
  const auto pixels = static_cast<double>(info.image.channels * info.image.height * info.image.width);
  const double limit = dataset.at("test_limit").get<double>(), all = static_cast<double>(info.num_test);
  const double kept = rows + dataset.at("validation").get<double>() + (limit > 0 ? std::min(limit, all) : all);
  return (pixels + 16) * (static_cast<double>(info.num_train + info.num_test) + kept);
}

/// Bytes of a forward of `batch` samples without gradient.
double forward_bytes(const ModelFacts& model, double batch) {
  double maps = 0;
  for (const auto& f : model.features) maps += static_cast<double>(f.channels * f.height * f.width) * 4;
  return kForwardFactor * maps * batch;
}

/// Values a network says about one sample: its logits, and its feature maps where the loss reads them.
double values_said(const ModelFacts& model, bool features) {
  double values = static_cast<double>(model.num_logits);
  if (!features) return values;
  for (const auto& f : model.features) values += static_cast<double>(f.channels * f.height * f.width);
  return values;
}

double tape_bytes(const ModelFacts& teacher, const Json& train, double rows, bool feature_loss) {
  const bool augmented = train.at("flip").get<bool>() || train.at("crop_padding").get<double>() > 0;
  const double epoch = rows * values_said(teacher, feature_loss) * 4;
  return augmented || epoch > kTapeBytes ? 2 * std::min(epoch, kTapeBytes) : epoch;
}

void add_memory(Estimate& estimate, const ModelFacts& model, const ModelFacts* teacher, const Spec& spec, double rows,
                const DatasetInfo& info, bool feature_loss) {
  const auto& train = spec.at("train");
  const double batch = train.at("batch_size").get<double>();
  const bool validates = spec.at("dataset").at("validation").get<double>() > 0;
  const bool images = info.image.height * info.image.width > 1;
  estimate.shared_bytes = kWorkerBytes + (images ? kConvolutionBytes : 0.0) + data_bytes(spec.at("dataset"), rows, info);
  if (teacher) {  // it is asked about the training rows for the tape, and about the test rows for its calibration
    estimate.shared_bytes += kWeightBytes * static_cast<double>(teacher->num_params) +
                             tape_bytes(*teacher, train, rows, feature_loss) +
                             kKeptBlocks * forward_bytes(*teacher, kEvaluationBatch);
  }
  // Weights, gradients and momentum; with validation rows also the states that were best by four rules.
  estimate.state_bytes = (validates ? 7 : 3) * kWeightBytes * static_cast<double>(model.num_params);
  // A step and an evaluation come on top of each other, because their batches differ in size.
  const double running = kKeptBlocks * (model.activation_bytes * batch + forward_bytes(model, kEvaluationBatch));
  estimate.bytes = estimate.shared_bytes + estimate.state_bytes + running;
}

}  // namespace

Estimate estimate_job(const ModelFacts& model, const ModelFacts* teacher, const Spec& spec, std::int64_t num_train,
                      const DatasetInfo& info, bool feature_loss, const ModelFacts* frozen) {
  Estimate estimate;
  if (num_train == 0) return estimate;
  const auto& train = spec.at("train");
  const double rows = static_cast<double>(num_train), epochs = train.at("epochs").get<double>();
  const double evaluations = std::max(1.0, epochs / train.at("evaluate_every").get<double>());
  const double validation = spec.at("dataset").at("validation").get<double>();
  // A step is a forward, a backward by input and a backward by weights: three forwards' worth of arithmetic.
  estimate.shared_seconds = teacher ? epochs * rows * teacher->forward_s : 0.0;
  estimate.seconds = epochs * rows * 3.0 * model.forward_s + estimate.shared_seconds;
  estimate.seconds += model.forward_s * (evaluations * validation + static_cast<double>(info.num_test));
  add_memory(estimate, model, teacher, spec, rows, info, feature_loss);
  if (!frozen) return estimate;
  estimate.seconds += frozen->forward_s * (epochs * rows + evaluations * validation + static_cast<double>(info.num_test));
  const double weights = kWeightBytes * static_cast<double>(frozen->num_params);
  estimate.state_bytes += weights;
  estimate.bytes += weights + forward_bytes(*frozen, kEvaluationBatch);
  return estimate;
}

}  // namespace kdbench
