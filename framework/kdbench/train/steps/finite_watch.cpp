#include <kdbench/train/steps/finite_watch.h>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>

namespace kdbench::inline train {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

}  // namespace

FiniteWatch::FiniteWatch(torch::Device device)
    : step_(at::zeros({}, at::TensorOptions(at::kLong).device(device))), first_(at::full({2}, kNever, step_.options())) {}

void FiniteWatch::start(std::int64_t step) {
  step_.fill_(step);
  first_.fill_(kNever);
}

void FiniteWatch::see(const torch::Tensor& loss, const torch::Tensor& gradients) {
  const at::NoGradGuard no_grad;
  // x * 0 is 0 for finite x and NaN for the others.
  const auto finite = at::stack({loss.detach().to(at::kFloat), gradients}).mul_(0).eq(0);
  first_.copy_(at::minimum(first_, at::where(finite, at::full({}, kNever, step_.options()), step_)));
  step_.add_(1);
}

std::optional<NotFinite> FiniteWatch::read() const {
  const auto first = first_.cpu();
  const auto loss = first.data_ptr<std::int64_t>()[0], gradient = first.data_ptr<std::int64_t>()[1];
  if (loss == kNever && gradient == kNever) return std::nullopt;
  return NotFinite{std::min(loss, gradient), loss <= gradient};
}

}  // namespace kdbench::inline train
