/// A calibrator at work on the logits of one teacher.
#pragma once
#include <kdbench/plan/spec.h>
#include <kdbench/train/network/factories.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace kdbench::inline train {

class FittedCalibrator {
 public:
  /// Builds what `spec` names and fits it, unless it says that it is not fitted.
  /// @param seed of the session; @param logits [N, K] float32 on the CPU: of the teacher, on the validation rows; undefined where
  /// there are none
  /// @throws kdbench::Error if it cannot be had, or needs validation rows and there are none, and what the plugin throws
  FittedCalibrator(const PluginSpec& spec, const Factories& factories, std::uint64_t seed, std::int64_t num_classes,
                   const torch::Tensor& logits, const torch::Tensor& labels);

  /// What takes the place of the teacher's logits of a batch, [B, K] float32, on their device. Equal rows give equal bits,
  /// however they are cut into batches and whichever thread asks.
  /// @param logits [B, K] float on any device; @param rows [B] int64: their numbers in their split
  /// @throws kdbench::Error in the plugin's name if it returns anything but finite numbers of that shape, and what it throws
  torch::Tensor apply(const torch::Tensor& logits, const torch::Tensor& rows) const;

  /// The same of a whole split in order, whose rows are 0, 1, 2...
  torch::Tensor apply_in_order(const torch::Tensor& logits) const;

  /// What was fitted, where it is a few numbers.
  std::map<std::string, double> fitted() const { return calibrator_->fitted(); }

 private:
  torch::Tensor checked(const torch::Tensor& answer, const torch::Tensor& logits) const;

  std::string name_;
  std::shared_ptr<Calibrator> calibrator_;
};

}  // namespace kdbench::inline train
