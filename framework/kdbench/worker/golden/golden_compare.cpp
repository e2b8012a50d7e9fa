#include <kdbench/base/text.h>
#include <kdbench/worker/conformance/checker.h>
#include <kdbench/worker/golden/golden_compare.h>

#include <ATen/ops/isfinite.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/zeros_like.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace kdbench::inline worker {
namespace {

// What is smaller is compared as if it were of this size: a loss or a gradient of 0 is reached by cancellation.
constexpr double kSmallValue = 1e-5, kSmallGradient = 1e-6;

bool same_number(double a, double b) { return (std::isnan(a) && std::isnan(b)) || a == b; }

}  // namespace

GoldenComparison::GoldenComparison(const GoldenExpectation& expected, const GoldenTolerance& tolerance)
    : wants_finite_(expected.finite), loss_is_finite_(std::isfinite(expected.loss.value_or(0.0))), tolerance_(tolerance) {}

void GoldenComparison::number(const std::string& what, double expected, double found) {
  if (std::isfinite(expected)) {
    const double allowed = tolerance_.value * std::max(std::abs(expected), kSmallValue);
    return require(std::abs(found - expected) <= allowed,
                   fmt::format("{}: expected {:.17g}, found {:.17g}", what, expected, found));
  }
  if (!wants_finite_)
    return require(same_number(expected, found), fmt::format("{}: expected {}, found {}", what, expected, found));
  require(std::isfinite(found),
          fmt::format("{}: expected a finite number where the reference has {}, found {}", what, expected, found));
  met_non_finite_ = true;
}

torch::Tensor GoldenComparison::judge_non_finite(const std::string& what, const torch::Tensor& expected,
                                                 const torch::Tensor& found) {
  const auto finite = at::isfinite(expected);
  if (finite.all().item<bool>()) return finite;
  const auto odd = finite.logical_not();
  if (wants_finite_) {
    require(at::isfinite(found).logical_or(finite).all().item<bool>(),
            fmt::format("{}: expected finite numbers where the reference has none", what));
    met_non_finite_ = true;
    return finite;
  }
  const auto same = expected.eq(found).logical_or(at::isnan(expected).logical_and(at::isnan(found)));
  require(
      same.logical_or(finite).all().item<bool>(),
      fmt::format("{}: expected the same numbers where the reference is not finite, found others in {}", what,
                  counted(static_cast<std::size_t>(odd.logical_and(same.logical_not()).sum().item<std::int64_t>()), "place")));
  return finite;
}

void GoldenComparison::compare(const std::string& what, const torch::Tensor& expected, const torch::Tensor& found, double small,
                               double relative) {
  const auto finite = judge_non_finite(what, expected, found);
  if (!finite.any().item<bool>()) return;
  const auto reference = expected.masked_select(finite);
  const double scale = reference.abs().max().item<double>();
  const double off = (found.masked_select(finite) - reference).abs().max().item<double>();
  require(off <= relative * std::max(scale, small),
          fmt::format("{}: off by {:.3g} where the largest entry is {:.3g}", what, off, scale));
}

void GoldenComparison::tensor(const std::string& what, const torch::Tensor& expected, const torch::Tensor& found) {
  const bool numbers = expected.numel() == 1 && found.numel() == 1;
  require(numbers || expected.sizes() == found.sizes(),
          fmt::format("{}: expected {}, found {}", what, golden_shape(expected), golden_shape(found)));
  if (numbers) return number(what, expected.item<double>(), found.item<double>());
  compare(what, expected.to(torch::kFloat64), found.to(torch::kFloat64), kSmallValue, tolerance_.value);
}

void GoldenComparison::gradient(const std::string& what, const torch::Tensor& expected, const torch::Tensor& leaf) {
  const auto found = leaf.grad().defined() ? leaf.grad() : at::zeros_like(leaf);
  require(expected.sizes() == found.sizes(),
          fmt::format("{}: expected {}, found {}", what, golden_shape(expected), golden_shape(found)));
  if (wants_finite_ && !loss_is_finite_) {
    return require(at::isfinite(found).all().item<bool>(), fmt::format("{}: expected finite numbers, found others", what));
  }
  compare(what, expected, found, kSmallGradient, tolerance_.gradient);
}

}  // namespace kdbench::inline worker
