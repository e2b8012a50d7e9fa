// Vector scaling: a factor and a shift for every class.
#include <kdbench/sdk/plugin.h>

#include "../logistic.h"

namespace {

using torch::Tensor;

class VectorScaling final : public kdbench::Calibrator {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = false}; }
  VectorScaling(Options, const kdbench::CalibratorContext&) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    const auto k = validation.logits.size(1);
    const auto mean_nll = [&](const Tensor& x) -> calibrators::ValueAndGradient {
      const auto scaled = validation.logits * x.narrow(0, 0, k) + x.narrow(0, k, k);
      const auto [value, slope] = calibrators::mean_nll(scaled, validation.labels);
      return {value, at::cat({(slope * validation.logits).sum(0), slope.sum(0)})};
    };
    const auto ones = at::ones({k}, torch::kFloat64);
    const auto found = calibrators::minimise(mean_nll, at::cat({ones, at::zeros_like(ones)}));
    factor_ = found.narrow(0, 0, k).clone();
    shift_ = found.narrow(0, k, k).clone();
  }

  Tensor apply(const Tensor& logits, const Tensor&) const override { return logits * factor_ + shift_; }

 private:
  Tensor factor_, shift_;  ///< [K] each
};

}  // namespace

KDBENCH_PLUGIN("vector_scaling", "0.1.0", r) {
  r.calibrator<VectorScaling>("vector_scaling",
                              {.summary = "Multiplies every class's logit by a factor of its own and adds a shift of its own.",
                               .formula = "w_k z_k + b_k; w, b minimise the mean -ln softmax(w z + b)_label",
                               .source = "Guo et al. 2017, On Calibration of Modern Neural Networks, sec. 4.2"});
}
