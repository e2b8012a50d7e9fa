// Towards argmax: a share of certainty that does not depend on the image.
#include <kdbench/sdk/plugin.h>

#include "../mix.h"

namespace {

using torch::Tensor;

class TowardsArgmax final : public kdbench::Calibrator {
 public:
  using Options = calibrators::MixOptions;
  static void declare(kdbench::Params<Options>& p) { calibrators::declare_mix(p); }
  static kdbench::CalibratorTraits traits(const Options& options) {
    return {.is_fitted = options.start == calibrators::kCalibrated, .keeps_predictions = true};
  }
  TowardsArgmax(Options options, const kdbench::CalibratorContext&) : options_(std::move(options)) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    temperature_ = calibrators::starting_temperature(options_.start, validation);
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    return calibrators::mixed_with(logits, rows, temperature_, options_.share,
                                   [](std::size_t predicted, std::size_t c) { return c == predicted ? 1.0 : 0.0; });
  }

  std::map<std::string, double> fitted() const override {
    if (options_.start != calibrators::kCalibrated) return {};
    return {{"temperature", temperature_}};
  }

 private:
  Options options_;
  double temperature_ = 1;
};

}  // namespace

KDBENCH_PLUGIN("towards_argmax", "0.1.0", r) {
  r.calibrator<TowardsArgmax>("towards_argmax",
                              {.summary = "Mixes the posterior with the one-hot posterior of its largest class.",
                               .formula = "ln((1 - s) softmax(z / T) + s [k = argmax z])",
                               .source = "a controlled miscalibration"});
}
