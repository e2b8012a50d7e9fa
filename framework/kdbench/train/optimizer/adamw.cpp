#include <kdbench/train/optimizer/adamw.h>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>

namespace kdbench::inline train {
namespace {

constexpr const char *kMean = "adamw/exp_avg", *kSquare = "adamw/exp_avg_sq", *kSteps = "adamw/steps";

/// Numbers of one update that are the same for all values of a parameter.
struct AdamNumbers {
  float beta1 = 0, beta2 = 0, eps = 0;
  float kept = 1;        ///< of the parameter: 1 - lr * weight_decay
  float rate = 0;        ///< lr / (1 - beta1^t)
  float correction = 1;  ///< sqrt(1 - beta2^t)
};

/// One fused pass; returns 0 if every gradient is finite, else NaN.
float adamw_update(float* p, float* m, float* v, const float* g, std::int64_t n, const AdamNumbers& a) {
  float bad = 0;
#pragma omp simd reduction(+ : bad)
  for (std::int64_t i = 0; i < n; ++i) {
    m[i] = a.beta1 * m[i] + (1.0F - a.beta1) * g[i];
    v[i] = a.beta2 * v[i] + (1.0F - a.beta2) * g[i] * g[i];
    p[i] = a.kept * p[i] - a.rate * m[i] / (std::sqrt(v[i]) / a.correction + a.eps);
    bad += g[i] * 0.0F;
  }
  return bad;
}

}  // namespace

FlatAdamW::FlatAdamW(std::vector<at::Tensor> parameters, Options options)
    : options_(options),
      params_(std::move(parameters)),
      mean_(params_.make_buffer()),
      square_(params_.make_buffer()),
      steps_(params_.size(), 0) {
  if (!mean_.defined()) return;
  rate_ = at::zeros({}, mean_.options());
  means_ = params_.views_of(mean_);
  squares_ = params_.views_of(square_);
}

bool FlatAdamW::step(double lr) {
  const at::NoGradGuard no_grad;
  float bad = 0;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!params_.has_gradient(i)) continue;
    const auto g = params_.gradient(i);
    const auto t = static_cast<double>(++steps_[i]);
    const AdamNumbers numbers{static_cast<float>(options_.beta1),
                              static_cast<float>(options_.beta2),
                              static_cast<float>(options_.eps),
                              static_cast<float>(1.0 - lr * decay_of(i)),
                              static_cast<float>(lr / (1.0 - std::pow(options_.beta1, t))),
                              static_cast<float>(std::sqrt(1.0 - std::pow(options_.beta2, t)))};
    bad += adamw_update(params_[i].data_ptr<float>(), means_[i].data_ptr<float>(), squares_[i].data_ptr<float>(),
                        g.data_ptr<float>(), g.numel(), numbers);
  }
  return bad == 0;
}

void FlatAdamW::set_rate(double lr) {
  if (rate_.defined()) rate_.fill_(lr);
}

/// Makes the counters if there are none, and gives those who have a gradient now a counter of their own where others that shared
/// it have none. Steps that repeat each other have gradients for the same parameters, so a captured step never comes to that.
void FlatAdamW::tell_counters_apart() {
  const auto like = rate_.options().dtype(at::kDouble);
  if (counters_.empty()) {
    std::map<std::int64_t, std::size_t> by_count;
    for (const auto count : steps_) {
      const auto [it, is_new] = by_count.emplace(count, counters_.size());
      if (is_new) counters_.push_back(at::full({}, static_cast<double>(count), like));
      counter_of_.push_back(it->second);
    }
  }
  std::vector<bool> shared_without(counters_.size());
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!params_.has_gradient(i)) shared_without[counter_of_[i]] = true;
  }
  std::map<std::size_t, std::size_t> split;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto old = counter_of_[i];
    if (!params_.has_gradient(i) || !shared_without[old]) continue;
    const auto [it, is_new] = split.emplace(old, counters_.size());
    if (is_new) counters_.push_back(counters_[old].clone());
    counter_of_[i] = it->second;
  }
}

at::Tensor FlatAdamW::step_on_device() {
  const at::NoGradGuard no_grad;
  auto bad = at::zeros({}, rate_.options());
  tell_counters_apart();
  std::vector<bool> counted(counters_.size());
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!params_.has_gradient(i) || counted[counter_of_[i]]) continue;
    counters_[counter_of_[i]].add_(1);
    counted[counter_of_[i]] = true;
  }
  const auto kind_of = [&](std::size_t i) { return 2 * counter_of_[i] + (decay_of(i) > 0 ? 1U : 0U); };
  for (const auto& run : params_.runs_with_gradients(kind_of)) {
    const auto gradients = params_.gradients_of(run);
    bad.add_(gradients.mul(0).sum());
    update_on_device(run, gradients);
  }
  return bad;
}

void FlatAdamW::update_on_device(const FlatParameters::Run& run, const at::Tensor& gradients) {
  auto p = params_.part_of(run), m = params_.part_of(mean_, run), v = params_.part_of(square_, run);
  const auto& t = counters_[counter_of_[run.first]];
  const auto correction = at::pow(options_.beta2, t).neg().add(1).sqrt().to(at::kFloat);
  const auto rate = rate_.div(at::pow(options_.beta1, t).neg().add(1).to(at::kFloat));
  m.mul_(options_.beta1).add_(gradients, 1 - options_.beta1);
  v.mul_(options_.beta2).addcmul_(gradients, gradients, 1 - options_.beta2);
  if (const auto decay = decay_of(run.first); decay > 0) p.mul_(rate_.mul(-decay).add(1));
  p.addcmul_(m.div(v.sqrt().div_(correction).add_(options_.eps)), rate, -1);
}

/// [number of parameters] int64, wherever they were counted.
at::Tensor FlatAdamW::steps() const {
  auto out = at::empty({static_cast<std::int64_t>(steps_.size())}, at::kLong);
  auto* value = out.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    value[i] = counters_.empty() ? steps_[i] : static_cast<std::int64_t>(counters_[counter_of_[i]].item<double>());
  }
  return out;
}

TensorDict FlatAdamW::state() const { return {{kMean, mean_}, {kSquare, square_}, {kSteps, steps()}}; }

void FlatAdamW::restore(const TensorDict& state) {
  const at::NoGradGuard no_grad;
  mean_.copy_(kept_tensor(state, kMean));
  square_.copy_(kept_tensor(state, kSquare));
  auto counts = steps();
  counts.copy_(kept_tensor(state, kSteps));
  const auto* count = counts.data_ptr<std::int64_t>();
  steps_.assign(count, count + steps_.size());
  counters_.clear();
  counter_of_.clear();
}

}  // namespace kdbench::inline train
