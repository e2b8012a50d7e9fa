#include <kdbench/train/student/sgd.h>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

namespace kdbench::inline train {
namespace {

constexpr std::int64_t kAlign = 16;  // floats: 64 bytes

/// A view of `flat` at `offset` with the shape and memory format of `like`.
at::Tensor view_like(const at::Tensor& flat, std::int64_t offset, const at::Tensor& like) {
  return flat.narrow(0, offset, like.numel()).as_strided(like.sizes(), like.strides(), flat.storage_offset() + offset);
}

/// The gradient in the parameter's own memory layout, so that one loop can walk both.
at::Tensor same_layout(const at::Tensor& gradient, const at::Tensor& parameter) {
  if (gradient.strides() == parameter.strides()) return gradient;
  return at::empty_like(parameter).copy_(gradient);
}

/// One fused pass; returns 0 if every gradient is finite, else NaN (x * 0 is NaN for infinity and NaN).
float update(float* p, float* m, const float* g, std::int64_t n, float lr, float momentum, float decay, bool nesterov) {
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

FlatSgd::FlatSgd(std::vector<at::Tensor> parameters, Options options) : options_(options), params_(std::move(parameters)) {
  const at::NoGradGuard no_grad;
  std::int64_t total = 0;
  for (auto& p : params_) {
    if (!p.is_non_overlapping_and_dense()) p.set_data(p.contiguous());
    total += (p.numel() + kAlign - 1) / kAlign * kAlign;
  }
  if (params_.empty()) return;
  flat_ = at::zeros({total}, params_.front().options().requires_grad(false));
  momentum_ = at::zeros_like(flat_);
  rate_ = at::zeros({}, flat_.options());
  padding_ = at::zeros({kAlign}, flat_.options());
  std::int64_t offset = 0;
  for (auto& p : params_) {
    auto view = view_like(flat_, offset, p);
    view.copy_(p);
    momenta_.push_back(view_like(momentum_, offset, p));
    p.set_data(view);
    offsets_.push_back(offset);
    offset += (p.numel() + kAlign - 1) / kAlign * kAlign;
  }
  offsets_.push_back(offset);
}

void FlatSgd::clear_gradients() {
  for (auto& p : params_) p.mutable_grad().reset();
}

bool FlatSgd::step(double lr) {
  const at::NoGradGuard no_grad;
  float bad = 0;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!params_[i].grad().defined()) continue;
    const auto g = same_layout(params_[i].grad(), params_[i]);
    bad += update(params_[i].data_ptr<float>(), momenta_[i].data_ptr<float>(), g.data_ptr<float>(), g.numel(),
                  static_cast<float>(lr), static_cast<float>(options_.momentum), static_cast<float>(options_.weight_decay),
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
  for (const auto& run : runs_with_gradients()) {
    const auto gradients = gradients_of(run);
    bad.add_(gradients.mul(0).sum());
    update_on_device(run, gradients);
  }
  return bad;
}

std::vector<FlatSgd::Run> FlatSgd::runs_with_gradients() const {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!params_[i].grad().defined()) continue;
    if (runs.empty() || runs.back().last != i) runs.push_back({i, i});
    runs.back().last = i + 1;
  }
  return runs;
}

/// One fresh tensor with the gradients where their parameters are in the buffers.
at::Tensor FlatSgd::gradients_of(const Run& run) const {
  std::vector<at::Tensor> parts;
  for (auto i = run.first; i < run.last; ++i) {
    const auto g = same_layout(params_[i].grad(), params_[i]);
    parts.push_back(g.as_strided({g.numel()}, {1}));
    const auto gap = offsets_[i + 1] - offsets_[i] - g.numel();
    if (gap > 0) parts.push_back(padding_.narrow(0, 0, gap));
  }
  return at::cat(parts);
}

void FlatSgd::update_on_device(const Run& run, const at::Tensor& gradients) {
  const auto begin = offsets_[run.first], length = offsets_[run.last] - begin;
  auto p = flat_.narrow(0, begin, length), m = momentum_.narrow(0, begin, length), d = gradients;
  d.add_(p, options_.weight_decay);
  m.mul_(options_.momentum).add_(d);
  p.addcmul_(options_.nesterov ? d.add_(m, options_.momentum) : m, rate_, -1);
}

void FlatSgd::restore(const at::Tensor& momentum) {
  const at::NoGradGuard no_grad;
  momentum_.copy_(momentum);
}

}  // namespace kdbench::inline train
