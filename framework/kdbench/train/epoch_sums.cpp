#include <kdbench/train/epoch_sums.h>

#include <ATen/Functions.h>

#include <cmath>

namespace kdbench {
namespace {

void accumulate(torch::Tensor& sum, const torch::Tensor& value) {
  sum = sum.defined() ? sum + value : value;
}

void drain(torch::Tensor& sum, double& into) {
  if (sum.defined()) into += sum.item<double>();
  sum.reset();
}

}  // namespace

bool EpochSums::add(const torch::Tensor& logits, const torch::Tensor& labels, const Objective& objective) {
  const at::NoGradGuard no_grad;
  const auto rows = static_cast<double>(labels.size(0));
  const auto correct = logits.detach().argmax(1).eq(labels).sum();
  const auto loss = objective.total.detach();
  rows_ += rows;
  if (!loss.is_cpu()) {
    accumulate(device_loss_, loss.to(torch::kFloat64) * rows);
    accumulate(device_correct_, correct.to(torch::kFloat64));
    for (const auto& [name, term] : objective.terms) accumulate(device_terms_[name], term.to(torch::kFloat64) * rows);
    return true;
  }
  const double value = loss.item<double>();
  loss_ += value * rows;
  correct_ += correct.item<double>();
  for (const auto& [name, term] : objective.terms) terms_[name] += term.item<double>() * rows;
  return std::isfinite(value);
}

bool EpochSums::collect() {
  drain(device_loss_, loss_);
  drain(device_correct_, correct_);
  for (auto& [name, term] : device_terms_) drain(term, terms_[name]);
  device_terms_.clear();
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

}  // namespace kdbench
