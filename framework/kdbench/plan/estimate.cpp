#include <kdbench/plan/estimate.h>

#include <algorithm>

namespace kdbench {
namespace {

// Calibrated on peaks of real runs, see docs/performance.md.
constexpr double kWorkerBytes = 300e6;  // libtorch, BLAS, oneDNN, plugins, and what the allocator takes at once for small tensors
constexpr double kTapeBytes = 256.0 * (1 << 20);  // of a segment of teacher outputs, at most
constexpr double kForwardFactor = 2.4;            // a forward without gradient holds its maps and a few more of their sizes
constexpr double kEvaluationBatch = 256;
constexpr double kWeightBytes = 4;

/// Both splits as read and once more while they are checked and cut, and the rows that are kept of them.
double data_bytes(const Json& dataset, double rows, const DatasetInfo& info) {
  const auto pixels = static_cast<double>(info.image.channels * info.image.height * info.image.width);
  const double limit = dataset.at("test_limit").get<double>(), all = static_cast<double>(info.num_test);
  const double kept = rows + dataset.at("validation").get<double>() + (limit > 0 ? std::min(limit, all) : all);
  return (pixels + 16) * (2 * static_cast<double>(info.num_train + info.num_test) + kept);
}

/// Bytes of a forward of `batch` samples without gradient.
double forward_bytes(const ModelFacts& model, double batch) {
  double maps = 0;
  for (const auto& f : model.features) maps += static_cast<double>(f.channels * f.height * f.width) * 4;
  return kForwardFactor * maps * batch;
}

double tape_bytes(const ModelFacts& teacher, const Json& train, double rows, bool feature_loss) {
  if (feature_loss) return 2 * kTapeBytes;
  const bool augmented = train.at("flip").get<bool>() || train.at("crop_padding").get<double>() > 0;
  const double epoch = rows * static_cast<double>(teacher.num_logits) * 4;
  return augmented ? 2 * std::min(epoch, kTapeBytes) : epoch;
}

void add_memory(Estimate& estimate, const ModelFacts& model, const ModelFacts* teacher, const Json& spec, double rows,
                const DatasetInfo& info, bool feature_loss) {
  const auto& train = spec.at("train");
  const double batch = train.at("batch_size").get<double>();
  const bool validates = spec.at("dataset").at("validation").get<double>() > 0;
  estimate.shared_bytes = kWorkerBytes + data_bytes(spec.at("dataset"), rows, info);
  if (teacher) {
    estimate.shared_bytes += kWeightBytes * static_cast<double>(teacher->num_params) + tape_bytes(*teacher, train, rows, feature_loss);
  }
  // Weights, gradients and momentum; with validation rows also the states that were best by four rules.
  estimate.state_bytes = (validates ? 7 : 3) * kWeightBytes * static_cast<double>(model.num_params);
  // Blocks are kept by size, so evaluation, with batches of another size, comes on top of a step. The thread that trains also
  // asks the teacher, before.
  const double asking = teacher ? forward_bytes(*teacher, batch) : 0.0;
  const double running = std::max(model.activation_bytes * batch, asking) + forward_bytes(model, kEvaluationBatch);
  estimate.bytes = estimate.shared_bytes + estimate.state_bytes + running;
}

}  // namespace

Estimate estimate_job(const ModelFacts& model, const ModelFacts* teacher, const Json& spec, std::int64_t num_train,
                      const DatasetInfo& info, bool feature_loss, const ModelFacts* frozen) {
  Estimate estimate;
  if (num_train == 0) return estimate;
  const auto& train = spec.at("train");
  const double rows = static_cast<double>(num_train), epochs = train.at("epochs").get<double>();
  const double evaluations = std::max(1.0, epochs / train.at("evaluate_every").get<double>());
  const double validation = spec.at("dataset").at("validation").get<double>();
  // A step is a forward, a backward by input and a backward by weights: three forwards' worth of arithmetic.
  estimate.seconds = epochs * rows * (3.0 * model.forward_s + (teacher ? teacher->forward_s : 0.0));
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
