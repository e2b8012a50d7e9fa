// Curriculum temperature: one temperature is learned along with the student, against it, at first a little and then in full.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>

namespace {

namespace logits = kdbench::logits;

class Ctkd final : public kdbench::Loss {
 public:
  struct Options {
    double lowest_tau = 1.0;
    double tau_range = 20.0;
    double theta = 1.0;
    double first_lambda = 0.0;
    double last_lambda = -1.0;
    std::int64_t lambda_epochs = 10;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("lowest_tau", &Options::lowest_tau, "The temperature is above this (tau_init).", {.min = 0.01})
        .add("tau_range", &Options::tau_range, "... and below this much more (tau_range).", {.min = 0.01})
        .add("theta", &Options::theta, "Where the trained number starts.")
        .add("first_lambda", &Options::first_lambda, "Factor of its gradient in the beginning.")
        .add("last_lambda", &Options::last_lambda,
             "Factor of its gradient at the end; negative: the temperature raises the loss.")
        .add("lambda_epochs", &Options::lambda_epochs, "Epochs over which the factor goes from first to last, along a cosine.",
             {.min = 1.0});
  }
  Ctkd(Options options, const kdbench::LossContext&) : options_(options) {
    theta_ = register_parameter("theta", at::full({1}, options_.theta));
  }

  kdbench::LossNeeds needs() const override { return {.reads_tau = kdbench::ReadsTau::kNone, .owns_tau = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    logits::expect_one_shape("ctkd", in);
    // The value of theta and lambda times its gradient.
    const auto theta = theta_.squeeze(0), constant = theta.detach();
    const auto scaled = constant + lambda(in.epoch) * (theta - constant);
    const auto tau = options_.lowest_tau + options_.tau_range * scaled.sigmoid();
    const auto kl = logits::kl_divergence((in.teacher.logits / tau).log_softmax(1), (in.student.logits / tau).log_softmax(1));
    return tau.square() * kl.mean();
  }

 private:
  /// `epoch` from 0.
  double lambda(std::int64_t epoch) const {
    const double done =
        static_cast<double>(std::min(epoch + 1, options_.lambda_epochs)) / static_cast<double>(options_.lambda_epochs);
    return options_.last_lambda + (options_.first_lambda - options_.last_lambda) * (1 + std::cos(M_PI * done)) / 2;
  }

  Options options_;
  torch::Tensor theta_;
};

}  // namespace

KDBENCH_PLUGIN("ctkd", "0.1.0", r) {
  r.loss<Ctkd>("ctkd",
               {.summary = "KL divergence at one learned temperature, which is trained to make the student's task harder.",
                .formula = "tau^2 mean_n KL(p_t(tau) || p_s(tau)), tau = lowest_tau + tau_range sigmoid(theta), the gradient of "
                           "theta times lambda(epoch)",
                .source = "Li et al. 2023, Curriculum Temperature for Knowledge Distillation"});
}
