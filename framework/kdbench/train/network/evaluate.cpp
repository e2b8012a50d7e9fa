#include <kdbench/calibration/temperature.h>
#include <kdbench/train/network/evaluate.h>

#include <ATen/Functions.h>

#include <algorithm>

namespace kdbench::inline train {
namespace {

constexpr std::int64_t kBatch = 256;  // part of the definition: rounding may depend on it

/// Calls `take` with the output for each batch of rows.
template <class Take>
void for_each_batch(Model& model, const TrainData& data, const Rows& rows, Take&& take) {
  torch::NoGradGuard no_grad;
  const bool training = model.is_training();
  model.eval();
  for (std::int64_t begin = 0; begin < rows.size(); begin += kBatch) {
    take(model.forward(data.images(rows, begin, std::min(rows.size(), begin + kBatch))));
  }
  model.train(training);
}

}  // namespace

RowOutputs outputs_of(Model& model, const TrainData& data, const Rows& rows) {
  std::vector<torch::Tensor> logits, embeddings;
  std::map<std::string, std::vector<torch::Tensor>> exits;
  for_each_batch(model, data, rows, [&](const ModelOutput& output) {
    logits.push_back(output.logits.to(torch::kFloat32));
    for (const auto& name : model.exit_names()) exits[name].push_back(output.exits.at(name).to(torch::kFloat32));
    if (output.embedding.defined()) embeddings.push_back(output.embedding.to(torch::kFloat32));
  });
  RowOutputs out{at::cat(logits).cpu().contiguous(), {}, {}};
  for (const auto& [name, parts] : exits) out.exits[name] = at::cat(parts).cpu().contiguous();
  if (!embeddings.empty()) out.embedding = at::cat(embeddings).cpu().contiguous();
  return out;
}

torch::Tensor logits_of(Model& model, const TrainData& data, const Rows& rows) {
  std::vector<torch::Tensor> logits;
  for_each_batch(model, data, rows, [&](const ModelOutput& output) { logits.push_back(output.logits.to(torch::kFloat32)); });
  return at::cat(logits).cpu().contiguous();
}

std::vector<double> values_of(const torch::Tensor& tensor) {
  if (!tensor.defined()) return {};
  const auto t = tensor.cpu().to(torch::kFloat64).contiguous();
  const auto* begin = t.data_ptr<double>();
  return {begin, begin + t.numel()};
}

LogitsAndLabels logits_and_labels(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto y = labels.cpu().contiguous();
  const auto* begin = y.data_ptr<std::int64_t>();
  return {values_of(logits), {begin, begin + y.numel()}, logits.size(1)};
}

FittedTemperature fitted_temperature(const LogitsAndLabels& validation, const LogitsAndLabels& test, int bins) {
  FittedTemperature out;
  out.fit = fit_temperature(validation.view(), bins);
  const auto before = measure_quickly(test.view(), bins), after = measure_quickly(test.view(), bins, out.fit.T);
  out.fit.nll_before = before.nll;
  out.fit.nll_after = after.nll;
  out.fit.ece_before = before.ece;
  out.fit.ece_after = after.ece;
  out.reliability_after = measure(test.view(), bins, out.fit.T).reliability;
  return out;
}

std::optional<double> bayes_accuracy(const Rows& rows) {
  if (!rows.posterior.defined()) return std::nullopt;
  return rows.posterior.argmax(1).eq(rows.labels).to(torch::kFloat64).mean().item<double>();
}

}  // namespace kdbench::inline train
