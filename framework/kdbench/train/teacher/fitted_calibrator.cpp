#include <kdbench/base/seeds.h>
#include <kdbench/sdk/error.h>
#include <kdbench/train/teacher/fitted_calibrator.h>

#include <ATen/Functions.h>
#include <fmt/core.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

namespace kdbench::inline train {
namespace {

/// Rows of a split at once, so that what float64 takes stays small.
constexpr std::int64_t kRows = 4096;

torch::Tensor on_host(const torch::Tensor& tensor, torch::ScalarType type) {
  return tensor.detach().to(torch::kCPU, type).contiguous();
}

}  // namespace

FittedCalibrator::FittedCalibrator(const PluginSpec& spec, const Factories& factories, std::uint64_t seed,
                                   std::int64_t num_classes, const torch::Tensor& logits, const torch::Tensor& labels)
    : name_(spec.plugin) {
  const torch::NoGradGuard no_grad;
  auto built = factories.calibrator(spec, {.num_classes = num_classes, .seed = seed_for(seed, "calibrator")});
  calibrator_ = std::move(built.calibrator);
  if (!built.traits.is_fitted) return;
  if (!logits.defined() || logits.size(0) == 0)
    throw Error(fmt::format("calibrator '{}' cannot be fitted: there are no validation rows", name_));
  calibrator_->fit({on_host(logits, torch::kFloat64), on_host(labels, torch::kInt64)});
}

torch::Tensor FittedCalibrator::checked(const torch::Tensor& answer, const torch::Tensor& logits) const {
  const auto refuse = [&](const std::string& found) {
    throw Error(fmt::format("calibrator '{}': expected [{}, {}] finite float64 numbers for as many logits, found {}", name_,
                            logits.size(0), logits.size(1), found));
  };
  if (!answer.defined()) refuse("an undefined tensor");
  if (answer.sizes() != logits.sizes()) refuse(fmt::format("{} dimensions, {} numbers", answer.dim(), answer.numel()));
  if (answer.scalar_type() != torch::kFloat64) refuse(std::string("the type ") + c10::toString(answer.scalar_type()));
  if (!answer.isfinite().all().item<bool>()) refuse("some that are not finite");
  return answer;
}

torch::Tensor FittedCalibrator::apply(const torch::Tensor& logits, const torch::Tensor& rows) const {
  const torch::NoGradGuard no_grad;
  const auto from = on_host(logits, torch::kFloat64);
  return checked(calibrator_->apply(from, on_host(rows, torch::kInt64)), from).to(torch::kFloat32).to(logits.device());
}

torch::Tensor FittedCalibrator::apply_in_order(const torch::Tensor& logits) const {
  const auto from = logits.cpu();
  std::vector<torch::Tensor> parts;
  for (std::int64_t begin = 0; begin < from.size(0); begin += kRows) {
    const auto end = std::min(from.size(0), begin + kRows);
    parts.push_back(apply(from.slice(0, begin, end), at::arange(begin, end, torch::kInt64)));
  }
  return at::cat(parts).to(logits.device());  // whole before it is there: students read it on streams of their own
}

}  // namespace kdbench::inline train
