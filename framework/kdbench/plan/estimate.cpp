#include <kdbench/plan/estimate.h>

#include <algorithm>

namespace kdbench {

Estimate estimate_job(const ModelFacts& model, const ModelFacts* teacher, const Json& spec, std::int64_t num_train,
                      const DatasetInfo& info) {
  Estimate estimate;
  if (num_train == 0) return estimate;
  const auto& train = spec.at("train");
  const double rows = static_cast<double>(num_train), epochs = train.at("epochs").get<double>();
  const double evaluations = std::max(1.0, epochs / train.at("evaluate_every").get<double>());
  const double validation = spec.at("dataset").at("validation").get<double>();
  // A step is a forward, a backward by input and a backward by weights: three forwards' worth of arithmetic.
  estimate.seconds = epochs * rows * (3.0 * model.forward_s + (teacher ? teacher->forward_s : 0.0));
  estimate.seconds += model.forward_s * (evaluations * validation + static_cast<double>(info.num_test));
  return estimate;
}

}  // namespace kdbench
