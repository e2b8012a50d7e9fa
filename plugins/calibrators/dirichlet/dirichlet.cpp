// Dirichlet calibration: a linear map of the log-probabilities.
#include <kdbench/sdk/plugin.h>

#include "../logistic.h"

#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

namespace {

using torch::Tensor;

class Dirichlet final : public kdbench::Calibrator {
 public:
  struct Options {
    double off_diagonal = 0.01, intercept = 0.01;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("off_diagonal", &Options::off_diagonal, "Weight of the mean square of W off its diagonal (lambda).", {.min = 0.0})
        .add("intercept", &Options::intercept, "Weight of the mean square of b (mu).", {.min = 0.0});
  }
  static kdbench::CalibratorTraits traits(const Options&) { return {.is_fitted = true, .keeps_predictions = false}; }
  Dirichlet(Options options, const kdbench::CalibratorContext&) : options_(options) {}

  void fit(const kdbench::CalibrationRows& validation) override {
    const auto k = validation.logits.size(1);
    const auto log_p = at::log_softmax(validation.logits, 1);
    const auto off = at::ones({k, k}, torch::kFloat64) - at::eye(k, torch::kFloat64);
    const double of_weights = options_.off_diagonal / static_cast<double>(std::max<std::int64_t>(k * (k - 1), 1));
    const double of_shift = options_.intercept / static_cast<double>(k);
    const auto objective = [&](const Tensor& x) -> calibrators::ValueAndGradient {
      const auto w = x.narrow(0, 0, k * k).view({k, k}), b = x.narrow(0, k * k, k);
      const auto [nll, slope] = calibrators::mean_nll(at::matmul(log_p, w.t()) + b, validation.labels);
      const auto penalised = w * off;
      const double penalty = of_weights * penalised.square().sum().item<double>() + of_shift * b.square().sum().item<double>();
      const auto of_w = at::matmul(slope.t(), log_p) + penalised * (2 * of_weights);
      return {nll + penalty, at::cat({of_w.flatten(), slope.sum(0) + b * (2 * of_shift)})};
    };
    const auto start = at::cat({at::eye(k, torch::kFloat64).flatten(), at::zeros({k}, torch::kFloat64)});
    const auto found = calibrators::minimise(objective, start);
    weights_ = found.narrow(0, 0, k * k).view({k, k}).clone();
    shift_ = found.narrow(0, k * k, k).clone();
  }

  Tensor apply(const Tensor& logits, const Tensor& rows) const override {
    const auto shift = calibrators::row_of(shift_.unsqueeze(0), 0);
    return calibrators::by_row(logits, rows, [&](calibrators::Row z, std::int64_t, std::span<double> out) {
      const auto p = calibrators::softmax(z, 1.0);
      const double log_sum = p.largest + std::log(p.sum);
      for (std::size_t j = 0; j < out.size(); ++j) {
        const auto w = calibrators::row_of(weights_, static_cast<std::int64_t>(j));
        out[j] = shift[j];
        for (std::size_t c = 0; c < z.size(); ++c) out[j] += w[c] * (z[c] - log_sum);
      }
    });
  }

 private:
  Options options_;
  Tensor weights_, shift_;  ///< [K, K], [K]
};

}  // namespace

KDBENCH_PLUGIN("dirichlet", "0.1.0", r) {
  r.calibrator<Dirichlet>(
      "dirichlet", {.summary = "Maps the log-probabilities by a matrix and a shift, off-diagonal and shift held small (ODIR).",
                    .formula = "W ln softmax(z) + b; W, b minimise the mean -ln p_label + lambda/(K(K-1)) sum_{i != j} W_ij^2 + "
                               "mu/K sum_j b_j^2",
                    .source = "Kull et al. 2019, Beyond Temperature Scaling, sec. 3 and 4.1 (ODIR)"});
}
