// Towards uniform: a share of doubt that does not depend on the image.
#include <kdbench/sdk/plugin.h>

#include "../mix.h"

namespace {

using torch::Tensor;

class TowardsUniform final : public calibrators::Mix {
 public:
  using Mix::Mix;

  static kdbench::CalibratorTraits traits(const Options& options) {
    return {.is_fitted = options.start == calibrators::kCalibrated, .keeps_predictions = options.share < 1};
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    const double uniform = 1.0 / static_cast<double>(logits.size(1));
    return mixed(logits, rows, [&](std::size_t, std::size_t) { return uniform; });
  }
};

}  // namespace

KDBENCH_PLUGIN("towards_uniform", "0.1.0", r) {
  r.calibrator<TowardsUniform>("towards_uniform", {.summary = "Mixes the posterior with the uniform one.",
                                                   .formula = "ln((1 - s) softmax(z / T) + s / K)",
                                                   .source = "a controlled miscalibration"});
}
