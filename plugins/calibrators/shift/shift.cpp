// Shift: over- or under-confidence by a stated factor of the temperature that calibrates.
#include <kdbench/sdk/plugin.h>

#include "../temperatures.h"

namespace {

using torch::Tensor;

class Shift final : public kdbench::Calibrator {
 public:
  struct Options {
    double ratio = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("ratio", &Options::ratio, "Factor of the fitted temperature (r): below 1 over-confident, above 1 under-confident.",
          {.min = 0.001, .max = 1000});
  }
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = true}; }
  Shift(Options options, const kdbench::CalibratorContext&) : ratio_(options.ratio) {}

  void fit(const kdbench::CalibrationRows& validation) override { fitted_ = calibrators::fit_temperature(validation); }

  Tensor apply(const Tensor& logits, const Tensor&) const override { return logits / (fitted_ * ratio_); }

  std::map<std::string, double> fitted() const override { return {{"temperature", fitted_}}; }

 private:
  double ratio_, fitted_ = 1;
};

}  // namespace

KDBENCH_PLUGIN("shift", "0.1.0", r) {
  r.calibrator<Shift>("shift", {.summary = "Divides the logits by r times the temperature that calibrates.",
                                .formula = "z / (T* r), T* the temperature with the least NLL on the validation rows",
                                .source = "a controlled miscalibration; T* as in Guo et al. 2017, sec. 4.2"});
}
