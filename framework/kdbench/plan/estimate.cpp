#include <kdbench/plan/estimate.h>

#include <algorithm>

namespace kdbench {
namespace {

// Calibrated on peaks of real runs, see docs/performance.md.
constexpr double kWorkerBytes = 170e6;       // libtorch, its BLAS and the plugins, before any tensor
constexpr double kTapeBytes = 256.0 * (1 << 20);  // what a segment of teacher outputs may take at most
constexpr double kStepFactor = 1.4;          // peak of forward and backward over what the forward makes
constexpr double kWeightBytes = 4;

/// Both splits as read and the rows that are kept of them.
double data_bytes(const Json& dataset, double rows, const DatasetInfo& info) {
  const auto pixels = static_cast<double>(info.image.channels * info.image.height * info.image.width);
  const auto read = static_cast<double>(info.num_train + info.num_test);
  return (pixels + 16) * (read + rows + dataset.at("validation").get<double>() + static_cast<double>(info.num_test));
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
  // Weights, gradients and momentum; with validation rows also the states that were best by three rules.
  estimate.state_bytes = (validates ? 6 : 3) * kWeightBytes * static_cast<double>(model.num_params);
  // The same thread asks the teacher and trains, one after the other. A forward without gradient keeps few of its tensors.
  const double step = kStepFactor * model.activation_bytes * batch;
  const double asking = teacher ? 0.3 * teacher->activation_bytes * batch : 0.0;
  estimate.bytes = estimate.shared_bytes + estimate.state_bytes + std::max(step, asking);
}

}  // namespace

Estimate estimate_job(const ModelFacts& model, const ModelFacts* teacher, const Json& spec, std::int64_t num_train,
                      const DatasetInfo& info, bool feature_loss) {
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
  return estimate;
}

}  // namespace kdbench
