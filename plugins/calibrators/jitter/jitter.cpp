// Jitter: every row has a temperature of its own, drawn around one that keeps the mean entropy.
#include <kdbench/sdk/plugin.h>

#include "../draws.h"
#include "../temperatures.h"

namespace {

using torch::Tensor;

class Jitter final : public kdbench::Calibrator {
 public:
  struct Options {
    double sigma = 0.5;
    std::string start = calibrators::kCalibrated;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("sigma", &Options::sigma, "Standard deviation of ln T over the rows.", {.min = 0.0, .max = 10})
        .add("start", &Options::start, calibrators::kStartDoc, {.choices = {calibrators::kCalibrated, calibrators::kAsIs}});
  }
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = true}; }
  Jitter(Options options, const kdbench::CalibratorContext& context) : options_(std::move(options)), seed_(context.seed) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    start_ = calibrators::starting_temperature(options_.start, validation);
    factor_ =
        calibrators::factor_that_keeps_entropy(validation.logits, start_, [&](std::int64_t i) { return start_ * drawn(i); });
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    return calibrators::by_row(logits, rows, [&](calibrators::Row z, std::int64_t row, std::span<double> out) {
      calibrators::write_divided(z, start_ * factor_ * drawn(row), out);
    });
  }

  std::map<std::string, double> fitted() const override { return {{"temperature", start_}, {"factor", factor_}}; }

 private:
  double drawn(std::int64_t row) const { return std::exp(options_.sigma * calibrators::normal(seed_, row, 0)); }

  Options options_;
  std::uint64_t seed_;
  double start_ = 1, factor_ = 1;
};

}  // namespace

KDBENCH_PLUGIN("jitter", "0.1.0", r) {
  r.calibrator<Jitter>("jitter",
                       {.summary = "Divides each row by a temperature of its own, drawn log-normally; keeps the mean entropy.",
                        .formula = "z_n / (T c exp(sigma g_n)), g_n ~ N(0, 1) by row, c so that the mean entropy stays",
                        .source = "a controlled miscalibration"});
}
