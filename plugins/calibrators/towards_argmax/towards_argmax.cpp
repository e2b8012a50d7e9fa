// Towards argmax: a share of certainty that does not depend on the image.
#include <kdbench/sdk/plugin.h>

#include "../mix.h"

namespace {

using torch::Tensor;

class TowardsArgmax final : public calibrators::Mix {
 public:
  using Mix::Mix;

  static kdbench::CalibratorTraits traits(const Options& options) {
    return {.is_fitted = options.start == calibrators::kCalibrated, .keeps_predictions = true};
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    return mixed(logits, rows, [](std::size_t predicted, std::size_t c) { return c == predicted ? 1.0 : 0.0; });
  }
};

}  // namespace

KDBENCH_PLUGIN("towards_argmax", "0.1.0", r) {
  r.calibrator<TowardsArgmax>("towards_argmax",
                              {.summary = "Mixes the posterior with the one-hot posterior of its largest class.",
                               .formula = "ln((1 - s) softmax(z / T) + s [k = argmax z])",
                               .source = "a controlled miscalibration"});
}
