// Ensemble temperature scaling: a mix of the calibrated, the original and the uniform posterior.
#include <kdbench/sdk/plugin.h>

#include "../temperatures.h"

#include <array>

namespace {

using torch::Tensor;

class EnsembleTemperature final : public kdbench::Calibrator {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = true}; }
  EnsembleTemperature(Options, const kdbench::CalibratorContext&) {}

  /// The temperature first, then the weights beside it: the NLL of a mix is convex in them, and expectation-maximisation does not
  /// leave the simplex.
  void fit(const kdbench::CalibrationRows& validation) override {
    temperature_ = calibrators::fit_temperature(validation);
    weights_ = {1.0 / 3, 1.0 / 3, 1.0 / 3};
    const auto of_label = parts_at_labels(validation);
    constexpr int kSteps = 10000;
    for (int step = 0; step < kSteps; ++step) {
      const auto next = expected(of_label);
      double moved = 0;
      for (std::size_t j = 0; j < next.size(); ++j) moved = std::max(moved, std::abs(next[j] - weights_[j]));
      weights_ = next;
      if (moved < 1e-10) break;
    }
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    std::vector<double> scaled(static_cast<std::size_t>(logits.size(1)));
    const double uniform = 1.0 / static_cast<double>(scaled.size());
    return calibrators::by_row(logits, rows, [&](calibrators::Row z, std::int64_t, std::span<double> out) {
      calibrators::probabilities(z, 1.0 / temperature_, scaled);
      calibrators::probabilities(z, 1.0, out);
      for (std::size_t c = 0; c < out.size(); ++c)
        scaled[c] = weights_[0] * scaled[c] + weights_[1] * out[c] + weights_[2] * uniform;
      calibrators::write_log_normalised(scaled, calibrators::kLeastOfMix, out);
    });
  }

  std::map<std::string, double> fitted() const override {
    return {{"temperature", temperature_}, {"w_scaled", weights_[0]}, {"w_original", weights_[1]}, {"w_uniform", weights_[2]}};
  }

 private:
  using Parts = std::array<double, 3>;

  /// The probability of each row's label in the three posteriors.
  std::vector<Parts> parts_at_labels(const kdbench::CalibrationRows& rows) const {
    std::vector<Parts> out;
    const double uniform = 1.0 / static_cast<double>(rows.logits.size(1));
    for (std::int64_t i = 0; i < calibrators::num_rows(rows.logits); ++i) {
      const auto z = calibrators::row_of(rows.logits, i);
      const double of_label = z[static_cast<std::size_t>(calibrators::label_of(rows, i))];
      const auto at = [&](double beta) {
        const auto p = calibrators::softmax(z, beta);
        return std::exp(beta * (of_label - p.largest)) / p.sum;
      };
      out.push_back({at(1.0 / temperature_), at(1.0), uniform});
    }
    return out;
  }

  /// The mean share that each posterior has in the mix at the labels.
  Parts expected(const std::vector<Parts>& of_label) const {
    Parts sums{};
    for (const auto& parts : of_label) {
      double mix = 0;
      for (std::size_t j = 0; j < parts.size(); ++j) mix += weights_[j] * parts[j];
      for (std::size_t j = 0; j < parts.size(); ++j) sums[j] += weights_[j] * parts[j] / mix;
    }
    double total = 0;
    for (auto& sum : sums) {
      sum /= static_cast<double>(of_label.size());
      if (sum < 1e-12) sum = 0;  // on its way to 0, which it would never reach
      total += sum;
    }
    for (auto& sum : sums) sum /= total;
    return sums;
  }

  double temperature_ = 1;
  Parts weights_{1, 0, 0};
};

}  // namespace

KDBENCH_PLUGIN("ensemble_temperature", "0.1.0", r) {
  r.calibrator<EnsembleTemperature>(
      "ensemble_temperature", {.summary = "Mixes the posterior at the fitted temperature with the original and the uniform one.",
                               .formula = "ln(w1 softmax(z / T) + w2 softmax(z) + w3 / K), w in the simplex",
                               .source = "Zhang, Kailkhura, Han 2020, Mix-n-Match, sec. 4.1 (ETS)"});
}
