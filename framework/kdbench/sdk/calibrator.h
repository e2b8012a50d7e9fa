/// Interface of a calibrator: what is done to a teacher's logits before a loss sees them.
#pragma once
#include <kdbench/sdk/error.h>
#include <kdbench/sdk/params.h>

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace kdbench {

/// What the host knows before it builds a calibrator.
struct CalibratorContext {
  std::int64_t num_classes = 0;  ///< K; 0 while a suite is planned
  std::uint64_t seed = 0;        ///< of everything that is drawn, of the job's seed
};

/// What a calibrator says of itself before it is built. A class that does not say has these.
struct CalibratorTraits {
  bool is_fitted = true;           ///< fit() is called first, for which the data set must have validation rows
  bool keeps_predictions = false;  ///< the class of the largest logit stays that class, so that accuracy does
};

/// What a calibrator is fitted on.
struct CalibrationRows {
  torch::Tensor logits;  ///< [N, K] float64 on the CPU, N >= 1: of the teacher, in order of the validation rows
  torch::Tensor labels;  ///< [N] int64 on the CPU, each in [0, K)
};

/// Changes the logits of one teacher; features and embeddings stay as they are. One object serves one teacher and is called from
/// several threads at once. It computes on the CPU in float64 wherever networks are, so that its bits do not depend on the
/// device.
///
/// A calibrator may tell so itself:
///   `static kdbench::CalibratorTraits traits(const Options& options)`
class Calibrator {
 public:
  Calibrator() = default;
  Calibrator(const Calibrator&) = delete;
  Calibrator& operator=(const Calibrator&) = delete;
  virtual ~Calibrator() = default;

  /// Fits what there is to fit; called once, before apply(), and not at all unless the traits say `is_fitted`. The same rows and
  /// context give the same bits. The tensors are lent: do not write into them. @throws kdbench::Error where the rows do not do
  virtual void fit(const CalibrationRows& validation) = 0;

  /// Returns what takes the place of these logits, [B, K] float64, finite; a constant that is added to a whole row means nothing.
  /// A row's answer is a function of its logits, its number, the seed and what was fitted: not of the rows beside it, nor of
  /// calls before.
  /// @param logits [B, K] float64 on the CPU, finite, B >= 1; lent: do not write into them
  /// @param rows [B] int64 on the CPU: which row of its split each is, from 0; the same image has the same number in every epoch,
  /// however it is augmented
  virtual torch::Tensor apply(const torch::Tensor& logits, const torch::Tensor& rows) const = 0;

  /// (optional) What was fitted, by name, where it is a few numbers: {"temperature", 1.7}. Records keep it. Default: nothing.
  virtual std::map<std::string, double> fitted() const { return {}; }
};

}  // namespace kdbench
