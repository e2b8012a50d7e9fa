#include <kdbench/train/optimizer/sgd.h>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

namespace kdbench::inline train {
namespace {

constexpr const char* kMomentum = "sgd/momentum";

/// One fused pass; returns 0 if every gradient is finite, else NaN (x * 0 is NaN for infinity and NaN).
float sgd_update(float* p, float* m, const float* g, std::int64_t n, float lr, float momentum, float decay, bool nesterov) {
  float bad = 0;
#pragma omp simd reduction(+ : bad)
  for (std::int64_t i = 0; i < n; ++i) {
    const float d = g[i] + decay * p[i];
    const float v = momentum * m[i] + d;
    m[i] = v;
    p[i] -= lr * (nesterov ? d + momentum * v : v);
    bad += g[i] * 0.0F;
  }
  return bad;
}

}  // namespace

FlatSgd::FlatSgd(std::vector<at::Tensor> parameters, Options options)
    : options_(options), params_(std::move(parameters)), momentum_(params_.make_buffer()) {
  if (!momentum_.defined()) return;
  rate_ = at::zeros({}, momentum_.options());
  momenta_ = params_.views_of(momentum_);
}

bool FlatSgd::step(double lr) {
  const at::NoGradGuard no_grad;
  float bad = 0;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!params_.has_gradient(i)) continue;
    const auto g = params_.gradient(i);
    bad += sgd_update(params_[i].data_ptr<float>(), momenta_[i].data_ptr<float>(), g.data_ptr<float>(), g.numel(),
                      static_cast<float>(lr), static_cast<float>(options_.momentum), static_cast<float>(decay_of(i)),
                      options_.nesterov);
  }
  return bad == 0;
}

void FlatSgd::set_rate(double lr) {
  if (rate_.defined()) rate_.fill_(lr);
}

at::Tensor FlatSgd::step_on_device() {
  const at::NoGradGuard no_grad;
  auto bad = at::zeros({}, rate_.options());
  for (const auto& run : params_.runs_with_gradients([&](std::size_t i) { return decay_of(i) > 0 ? 1U : 0U; })) {
    const auto gradients = params_.gradients_of(run);
    bad.add_(gradients.mul(0).sum());
    update_on_device(run, gradients);
  }
  return bad;
}

void FlatSgd::update_on_device(const FlatParameters::Run& run, const at::Tensor& gradients) {
  auto p = params_.part_of(run), m = params_.part_of(momentum_, run), d = gradients;
  d.add_(p, decay_of(run.first));
  m.mul_(options_.momentum).add_(d);
  p.addcmul_(options_.nesterov ? d.add_(m, options_.momentum) : m, rate_, -1);
}

TensorDict FlatSgd::state() const { return {{kMomentum, momentum_}}; }

void FlatSgd::restore(const TensorDict& state) {
  const at::NoGradGuard no_grad;
  momentum_.copy_(kept_tensor(state, kMomentum));
}

}  // namespace kdbench::inline train
