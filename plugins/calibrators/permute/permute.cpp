// Permute: a share of the rows have the confidence of another row.
#include <kdbench/sdk/plugin.h>

#include "../draws.h"
#include "../temperatures.h"

namespace {

using torch::Tensor;

class Permute final : public kdbench::Calibrator {
 public:
  struct Options {
    double share = 0.5;
    std::string start = calibrators::kCalibrated;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("share", &Options::share, "Share of the rows that have another row's confidence (q).", {.min = 0.0, .max = 1.0})
        .add("start", &Options::start, calibrators::kStartDoc, {.choices = {calibrators::kCalibrated, calibrators::kAsIs}});
  }
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = true}; }
  Permute(Options options, const kdbench::CalibratorContext& context) : options_(std::move(options)), seed_(context.seed) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    start_ = calibrators::starting_temperature(options_.start, validation);
    confidences_.clear();
    for (std::int64_t i = 0; i < calibrators::num_rows(validation.logits); ++i)
      confidences_.push_back(calibrators::softmax(calibrators::row_of(validation.logits, i), 1.0 / start_).confidence());
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    return calibrators::by_row(logits, rows, [&](calibrators::Row z, std::int64_t row, std::span<double> out) {
      double beta = 1.0 / start_;
      if (calibrators::uniform(seed_, row, 0) < options_.share) beta = calibrators::beta_of_confidence(z, donated(row));
      for (std::size_t c = 0; c < z.size(); ++c) out[c] = z[c] * beta;
    });
  }

  std::map<std::string, double> fitted() const override { return {{"temperature", start_}}; }

 private:
  /// The confidence of the validation row that is drawn for a row.
  double donated(std::int64_t row) const {
    const auto count = confidences_.size();
    const auto donor = static_cast<std::size_t>(calibrators::uniform(seed_, row, 1) * static_cast<double>(count));
    return confidences_[std::min(donor, count - 1)];
  }

  Options options_;
  std::uint64_t seed_;
  double start_ = 1;
  std::vector<double> confidences_;  ///< of the validation rows, at the start
};

}  // namespace

KDBENCH_PLUGIN("permute", "0.1.0", r) {
  r.calibrator<Permute>("permute",
                        {.summary = "Gives a share of the rows the confidence of another row, and keeps the ranking of classes.",
                         .formula = "z_n / T, or z_n / T_n with max softmax(z_n / T_n) that of a validation row, for a share q",
                         .source = "a controlled miscalibration"});
}
