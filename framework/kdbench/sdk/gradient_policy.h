/// Interface of a gradient policy: what becomes of the gradients of an objective's terms before the optimiser sees them.
#pragma once
#include <kdbench/sdk/error.h>
#include <kdbench/sdk/params.h>

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdbench {

/// What the host knows before it builds a policy.
struct GradientContext {
  std::int64_t num_parameters = 0;  ///< P: numbers in a flat gradient; 0 while a suite is planned
  double momentum = 0;              ///< of the optimiser; 0: it has none
};

/// What one term of the objective says about the parameters.
struct TermGradient {
  std::string name;        ///< as the record names the term: "ce", "kd"; of several losses "PART/TERM"
  torch::Tensor gradient;  ///< [P] float, with the term's weight in it; 0 where a parameter does not matter to the term
};

/// One training step.
struct GradientInputs {
  const std::vector<TermGradient>& terms;  ///< cross-entropy first, where it has a weight; at least one
  std::int64_t epoch = 0, num_epochs = 0;  ///< 0-based, and how many the stage has
  std::int64_t step = 0, num_steps = 0;    ///< 0-based within the stage, and how many the stage has
};

/// Makes one gradient of several. The parameters are those of the network and then those of its losses, each flattened, one after
/// the other. Weight decay is the optimiser's and comes after. A policy may keep tensors between steps: register them as buffers
/// in the constructor, and the host moves them to the device and saves them in checkpoints.
class GradientPolicy : public torch::nn::Module {
 public:
  /// Returns the gradient that the optimiser is given, [P] float. The terms' tensors are lent: do not write into them.
  virtual torch::Tensor combine(const GradientInputs& in) = 0;

  /// (optional) Why this policy cannot be used with such an optimiser, or nothing if it can. Asked while planning. Default: it
  /// can.
  virtual std::optional<std::string> unsupported(const GradientContext& /*context*/) const { return std::nullopt; }
};

}  // namespace kdbench
