#include <kdbench/train/student/epoch_sums.h>

#include <ATen/Functions.h>

#include <cmath>

namespace kdbench::inline train {
namespace {

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

bool EpochSums::add(const torch::Tensor& logits, const torch::Tensor& labels, const Objective& objective) {
  const at::NoGradGuard no_grad;
  const auto rows = static_cast<double>(labels.size(0));
  const auto correct = logits.detach().argmax(1).eq(labels).sum();
  const auto loss = objective.total.detach();
  if (deferred_) {
    add_deferred(correct, rows, objective);
    return true;
  }
  rows_ += rows;
  const double value = loss.item<double>();
  loss_ += value * rows;
  correct_ += correct.item<double>();
  for (const auto& [name, term] : objective.terms) terms_[name] += term.item<double>() * rows;
  return std::isfinite(value);
}

void EpochSums::add_deferred(const torch::Tensor& correct, double rows, const Objective& objective) {
  accumulate(device_loss_, objective.total.detach().to(torch::kFloat64) * rows);
  accumulate(device_correct_, correct);
  for (const auto& [name, term] : objective.terms) accumulate(device_terms_[name], term.to(torch::kFloat64) * rows);
}

void EpochSums::clear() {
  rows_ = loss_ = correct_ = 0;
  terms_.clear();
  for (auto* sum : {&device_loss_, &device_correct_}) {
    if (sum->defined()) sum->zero_();
  }
  for (auto& [name, sum] : device_terms_) sum.zero_();
}

bool EpochSums::collect() {
  drain(device_loss_, loss_);
  drain(device_correct_, correct_);
  for (auto& [name, term] : device_terms_) drain(term, terms_[name]);
  return std::isfinite(loss_);
}

Json EpochSums::means() const {
  Json terms = Json::object();
  for (const auto& [name, sum] : terms_) terms[name] = number(sum / rows_);
  return {{"loss", number(loss_ / rows_)}, {"train_accuracy", correct_ / rows_}, {"terms", std::move(terms)}};
}

Json EpochSums::save() const {
  Json terms = Json::object();
  for (const auto& [name, sum] : terms_) terms[name] = number(sum);
  return {{"rows", rows_}, {"loss", number(loss_)}, {"correct", correct_}, {"terms", std::move(terms)}};
}

void EpochSums::restore(const Json& json) {
  clear();
  rows_ = json.at("rows");
  loss_ = to_double(json.at("loss"));
  correct_ = json.at("correct");
  for (const auto& [name, sum] : json.at("terms").items()) terms_[name] = to_double(sum);
}

}  // namespace kdbench::inline train
