// Towards uniform: a share of doubt that does not depend on the image.
#include <kdbench/sdk/plugin.h>

#include "../mix.h"

namespace {

using torch::Tensor;

class TowardsUniform final : public kdbench::Calibrator {
 public:
  using Options = calibrators::MixOptions;
  static void declare(kdbench::Params<Options>& p) { calibrators::declare_mix(p); }
  static kdbench::CalibratorTraits traits(const Options& options) {
    return {.is_fitted = options.start == calibrators::kCalibrated, .keeps_predictions = options.share < 1};
  }
  TowardsUniform(Options options, const kdbench::CalibratorContext&) : options_(std::move(options)) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    temperature_ = calibrators::starting_temperature(options_.start, validation);
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    const double uniform = 1.0 / static_cast<double>(logits.size(1));
    return calibrators::mixed_with(logits, rows, temperature_, options_.share, [&](std::size_t, std::size_t) { return uniform; });
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

KDBENCH_PLUGIN("towards_uniform", "0.1.0", r) {
  r.calibrator<TowardsUniform>("towards_uniform", {.summary = "Mixes the posterior with the uniform one.",
                                                   .formula = "ln((1 - s) softmax(z / T) + s / K)",
                                                   .source = "a controlled miscalibration"});
}
