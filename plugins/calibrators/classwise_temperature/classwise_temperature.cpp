// Class-based temperature scaling: a temperature for each class that the teacher predicts.
#include <kdbench/sdk/plugin.h>

#include "../temperatures.h"

#include <vector>

namespace {

using calibrators::Chosen;
using torch::Tensor;

class ClasswiseTemperature final : public kdbench::Calibrator {
 public:
  struct Options {
    std::int64_t min_rows = 20;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("min_rows", &Options::min_rows, "Validation rows that a class must be predicted for to have a temperature of its own.",
          {.min = 1});
  }
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = true}; }
  ClasswiseTemperature(Options options, const kdbench::CalibratorContext&) : min_rows_(options.min_rows) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    std::vector<Chosen> predicted(static_cast<std::size_t>(validation.logits.size(1)));
    for (std::int64_t i = 0; i < calibrators::num_rows(validation.logits); ++i)
      predicted[calibrators::prediction(calibrators::row_of(validation.logits, i))].push_back(i);
    of_all_ = calibrators::fit_temperature(validation);
    of_class_.clear();
    for (const auto& rows : predicted) {
      const bool enough = std::ssize(rows) >= min_rows_;
      of_class_.push_back(enough ? calibrators::fit_temperature(validation, rows) : of_all_);
    }
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    return calibrators::by_row(logits, rows, [&](calibrators::Row z, std::int64_t, std::span<double> out) {
      calibrators::write_divided(z, of_class_[calibrators::prediction(z)], out);
    });
  }

  std::map<std::string, double> fitted() const override { return {{"temperature", of_all_}}; }

 private:
  std::int64_t min_rows_;
  double of_all_ = 1;
  std::vector<double> of_class_;  ///< by predicted class
};

}  // namespace

KDBENCH_PLUGIN("classwise_temperature", "0.1.0", r) {
  r.calibrator<ClasswiseTemperature>(
      "classwise_temperature",
      {.summary = "Divides the logits by the temperature that suits the validation rows of the predicted class best.",
       .formula = "z / T_c, c = argmax z, T_c = argmin over the rows predicted as c of the mean -ln softmax(z / T_c)_label",
       .source = "Frenkel, Goldberger 2021, Network Calibration by Class-based Temperature Scaling, sec. 3"});
}
