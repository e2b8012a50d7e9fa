// Temperature scaling: the one temperature that suits the validation rows best.
#include <kdbench/sdk/plugin.h>

#include "../temperatures.h"

namespace {

using torch::Tensor;

class Temperature final : public kdbench::Calibrator {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = true}; }
  Temperature(Options, const kdbench::CalibratorContext&) {}

  void fit(const kdbench::CalibrationRows& validation) override { temperature_ = calibrators::fit_temperature(validation); }

  Tensor apply(const Tensor& logits, const Tensor&) const override { return logits / temperature_; }

  std::map<std::string, double> fitted() const override { return {{"temperature", temperature_}}; }

 private:
  double temperature_ = 1;
};

}  // namespace

KDBENCH_PLUGIN("temperature", "0.1.0", r) {
  r.calibrator<Temperature>("temperature",
                            {.summary = "Divides the logits by the temperature that suits the validation rows best.",
                             .formula = "z / T, T = argmin 1/N sum_n -ln softmax(z_n / T)_label",
                             .source = "Guo et al. 2017, On Calibration of Modern Neural Networks, sec. 4.2"});
}
