/// How long a training's first gradient was, and the learning rates that are matched to another's.
#pragma once
#include <optional>

namespace kdbench::inline train {

/// Of one training. Two objectives of unlike size take first steps of one length where learning rates are multiplied by the ratio
/// of their first gradients, up to what weight decay adds.
class FirstGradient {
 public:
  /// @param matched_norm of the first gradient that this training's is matched to, > 0; nothing: rates are those of the recipe
  explicit FirstGradient(std::optional<double> matched_norm = {}) : matched_norm_(matched_norm) {}

  /// Takes the norm of the gradient of the first step, or what a checkpoint kept of it. One that is not finite is left to those
  /// who look for such gradients.
  /// @throws kdbench::Error for 0 where rates are to be matched: no rate makes a step of it
  void take(double norm);

  /// Nothing before the first step.
  std::optional<double> norm() const { return norm_; }

  bool is_matched() const { return matched_norm_.has_value(); }

  /// What the recipe's learning rates are multiplied by: 1 unless they are matched, and before the first gradient is known.
  double rate_factor() const { return matched_norm_ && norm_ ? *matched_norm_ / *norm_ : 1.0; }

 private:
  std::optional<double> matched_norm_, norm_;
};

}  // namespace kdbench::inline train
