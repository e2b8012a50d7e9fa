#include <kdbench/train/optimizer/flat_parameters.h>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace kdbench::inline train {
namespace {

constexpr std::int64_t kAlign = 16;  // floats: 64 bytes

std::int64_t aligned(std::int64_t length) { return (length + kAlign - 1) / kAlign * kAlign; }

/// A view of `flat` at `offset` with the shape and memory format of `like`.
at::Tensor view_like(const at::Tensor& flat, std::int64_t offset, const at::Tensor& like) {
  return flat.narrow(0, offset, like.numel()).as_strided(like.sizes(), like.strides(), flat.storage_offset() + offset);
}

}  // namespace

FlatParameters::FlatParameters(std::vector<at::Tensor> parameters) : params_(std::move(parameters)) {
  const at::NoGradGuard no_grad;
  std::int64_t total = 0;
  for (auto& p : params_) {
    if (!p.is_non_overlapping_and_dense()) p.set_data(p.contiguous());
    offsets_.push_back(total);
    total += aligned(p.numel());
  }
  offsets_.push_back(total);
  if (params_.empty()) return;
  flat_ = at::zeros({total}, params_.front().options().requires_grad(false));
  padding_ = at::zeros({kAlign}, flat_.options());
  for (std::size_t i = 0; i < params_.size(); ++i) {
    auto view = view_like(flat_, offsets_[i], params_[i]);
    view.copy_(params_[i]);
    params_[i].set_data(view);
  }
}

at::Tensor FlatParameters::gradient(std::size_t i) const {
  const auto &p = params_[i], &g = p.grad();
  if (g.strides() == p.strides()) return g;
  return at::empty_like(p).copy_(g);
}

void FlatParameters::clear_gradients() {
  for (auto& p : params_) p.mutable_grad().reset();
}

double FlatParameters::gradient_norm() const {
  const at::NoGradGuard no_grad;
  double squares = 0;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (has_gradient(i)) squares += params_[i].grad().to(at::kDouble).square().sum().item<double>();
  }
  return std::sqrt(squares);
}

at::Tensor FlatParameters::make_buffer() const { return flat_.defined() ? at::zeros_like(flat_) : at::Tensor(); }

std::vector<at::Tensor> FlatParameters::views_of(const at::Tensor& buffer) const {
  std::vector<at::Tensor> out;
  for (std::size_t i = 0; i < params_.size(); ++i) out.push_back(view_like(buffer, offsets_[i], params_[i]));
  return out;
}

std::vector<FlatParameters::Run> FlatParameters::runs_with_gradients(
    const std::function<std::size_t(std::size_t)>& kind_of) const {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!has_gradient(i)) continue;
    const bool goes_on = !runs.empty() && runs.back().last == i && kind_of(i - 1) == kind_of(i);
    if (!goes_on) runs.push_back({i, i});
    runs.back().last = i + 1;
  }
  return runs;
}

at::Tensor FlatParameters::gradients_of(const Run& run) const {
  std::vector<at::Tensor> parts;
  for (auto i = run.first; i < run.last; ++i) {
    const auto g = gradient(i);
    parts.push_back(g.as_strided({g.numel()}, {1}));
    const auto gap = offsets_[i + 1] - offsets_[i] - g.numel();
    if (gap > 0) parts.push_back(padding_.narrow(0, 0, gap));
  }
  return at::cat(parts);
}

at::Tensor FlatParameters::part_of(const at::Tensor& buffer, const Run& run) const {
  return buffer.narrow(0, offsets_[run.first], offsets_[run.last] - offsets_[run.first]);
}

}  // namespace kdbench::inline train
