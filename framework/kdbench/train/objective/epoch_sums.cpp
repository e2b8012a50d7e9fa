#include <kdbench/train/objective/epoch_sums.h>

#include <ATen/Functions.h>

#include <cmath>

namespace kdbench::inline train {
namespace {

torch::Tensor num_correct(const torch::Tensor& logits, const torch::Tensor& labels) {
  return logits.detach().argmax(1).eq(labels).sum();
}

void accumulate(torch::Tensor& sum, const torch::Tensor& value) {
  if (!sum.defined()) sum = at::zeros({}, value.options().dtype(torch::kFloat64));
  sum.add_(value);
}

void drain(torch::Tensor& sum, double& into) {
  if (!sum.defined()) return;
  into += sum.item<double>();
  sum.zero_();
}

}  // namespace

void EpochSums::add(const torch::Tensor& logits, const torch::Tensor& labels, const Objective& objective) {
  const at::NoGradGuard no_grad;
  const auto n = static_cast<double>(labels.size(0));
  rows += n;
  loss += objective.total.detach().item<double>() * n;
  correct += num_correct(logits, labels).item<double>();
  for (const auto& [name, term] : objective.terms) terms[name] += term.item<double>() * n;
}

bool EpochSums::finite() const { return std::isfinite(loss); }

EpochRecord EpochSums::means() const {
  EpochRecord out;
  out.loss = loss / rows;
  out.train_accuracy = correct / rows;
  for (const auto& [name, sum] : terms) out.terms[name] = sum / rows;
  return out;
}

void DeviceSums::add(const torch::Tensor& logits, const torch::Tensor& labels, const Objective& objective) {
  const at::NoGradGuard no_grad;
  const auto rows = static_cast<double>(labels.size(0));
  const auto correct = num_correct(logits, labels);
  accumulate(loss_, objective.total.detach().to(torch::kFloat64) * rows);
  accumulate(correct_, correct);
  for (const auto& [name, term] : objective.terms) accumulate(terms_[name], term.to(torch::kFloat64) * rows);
}

void DeviceSums::move_into(EpochSums& sums) {
  drain(loss_, sums.loss);
  drain(correct_, sums.correct);
  for (auto& [name, term] : terms_) drain(term, sums.terms[name]);
}

void DeviceSums::clear() {
  for (auto* sum : {&loss_, &correct_}) {
    if (sum->defined()) sum->zero_();
  }
  for (auto& [name, sum] : terms_) sum.zero_();
}

}  // namespace kdbench::inline train
