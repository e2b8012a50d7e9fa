/// Compares what a loss gave with what a golden case expects.
#pragma once
#include <kdbench/worker/golden/golden_case.h>

#include <string>

namespace kdbench::inline worker {

/// Each function fails the running check where a number is off, in words that name `what`. Where the reference is not finite, a
/// number must be finite if the case asks for that, and the same otherwise.
class GoldenComparison {
 public:
  GoldenComparison(const GoldenExpectation& expected, const GoldenTolerance& tolerance);

  void number(const std::string& what, double expected, double found);
  /// Of what the loss keeps. One number may have any shape.
  void tensor(const std::string& what, const torch::Tensor& expected, const torch::Tensor& found);
  /// The gradient of `leaf`; where none arrived it is 0. If the expected loss is not finite, gradients need only be finite.
  void gradient(const std::string& what, const torch::Tensor& expected, const torch::Tensor& leaf);

  /// Whether some number of the reference was not finite and the loss's is.
  bool met_non_finite() const { return met_non_finite_; }

 private:
  void compare(const std::string& what, const torch::Tensor& expected, const torch::Tensor& found, double small, double relative);
  /// Returns where the reference is finite; judges the rest.
  torch::Tensor judge_non_finite(const std::string& what, const torch::Tensor& expected, const torch::Tensor& found);

  bool wants_finite_, loss_is_finite_;
  GoldenTolerance tolerance_;
  bool met_non_finite_ = false;
};

}  // namespace kdbench::inline worker
