// my_calibrator: the mean posterior becomes that of the validation labels (after Saerens et al. 2002). Change the formula.
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/bincount.h>

namespace {

using torch::Tensor;

class MyCalibrator final : public kdbench::Calibrator {
 public:
  struct Options {
    double strength = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("strength", &Options::strength, "Share of the correction that is made.", {.min = 0.0, .max = 1.0});
  }
  // Fitted on validation rows, and the class of the largest logit may change.
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = false}; }
  MyCalibrator(Options options, const kdbench::CalibratorContext&) : options_(options) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    const auto [rows, classes] = std::pair(validation.logits.size(0), validation.logits.size(1));
    // One more row for every class, so that no logarithm is of 0.
    const auto seen = (at::bincount(validation.labels, {}, classes).to(torch::kFloat64) + 1) / (rows + classes);
    shift_ = (seen / validation.logits.softmax(1).mean(0)).log() * options_.strength;
  }

  Tensor apply(const Tensor& logits, const Tensor& /*rows*/) const override { return logits + shift_; }

  std::map<std::string, double> fitted() const override { return {{"largest_shift", shift_.abs().max().item<double>()}}; }

 private:
  Options options_;
  Tensor shift_;  ///< [K]
};

}  // namespace

KDBENCH_PLUGIN("my_calibrator", "0.1.0", r) {
  r.calibrator<MyCalibrator>(
      "my_calibrator", {.summary = "Shifts each class's logit by what its mean probability is short of in the validation labels.",
                        .formula = "z_k + s ln((n_k + 1) / (N + K) / mean_n softmax(z_n)_k), n_k rows of class k",
                        .source = "after Saerens et al. 2002, Adjusting the Outputs of a Classifier, eq. 2.4"});
}
