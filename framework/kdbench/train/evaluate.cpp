#include <kdbench/train/evaluate.h>

#include <ATen/Functions.h>

namespace kdbench {

torch::Tensor logits_of(Model& model, const TrainData& data, const Rows& rows) {
  constexpr std::int64_t kBatch = 256;  // part of the definition: rounding may depend on it
  torch::NoGradGuard no_grad;
  const bool training = model.is_training();
  model.eval();
  std::vector<torch::Tensor> parts;
  for (std::int64_t begin = 0; begin < rows.size(); begin += kBatch) {
    const auto end = std::min(rows.size(), begin + kBatch);
    parts.push_back(model.forward(data.images(rows, begin, end)).logits.to(torch::kFloat32));
  }
  model.train(training);
  return at::cat(parts).cpu().contiguous();
}

Measured measured(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto z = logits.to(torch::kFloat64).contiguous();
  const auto y = labels.cpu().contiguous();
  const auto* zp = z.data_ptr<double>();
  const auto* yp = y.data_ptr<std::int64_t>();
  return {{zp, zp + z.numel()}, {yp, yp + y.numel()}, z.size(1)};
}

double bayes_accuracy(const Rows& rows) {
  if (!rows.posterior.defined()) return -1;
  return rows.posterior.argmax(1).eq(rows.labels).to(torch::kFloat64).mean().item<double>();
}

}  // namespace kdbench
