// Normalised logits: every row of logits is divided by its own standard deviation, which takes the place of a temperature.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace logits = kdbench::logits;

class NormKd final : public kdbench::Loss {
 public:
  struct Options {
    double least_deviation = 1e-4;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("least_deviation", &Options::least_deviation,
          "What the standard deviation of a row counts at least; raise it to bound gradients of constant rows.", {.min = 1e-10});
  }
  NormKd(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    logits::expect_one_shape("normkd", in);
    const auto student = logits::row_deviation(in.student.logits).clamp_min(options_.least_deviation);
    const auto teacher = logits::row_deviation(in.teacher.logits).clamp_min(options_.least_deviation);
    const auto kl = logits::kl_divergence((in.teacher.logits / (in.tau_teacher * teacher)).log_softmax(1),
                                          (in.student.logits / (in.tau_student * student)).log_softmax(1));
    return (teacher.square().squeeze(1) * kl).mean();
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("normkd", "0.1.0", r) {
  r.loss<NormKd>("normkd",
                 {.summary = "KL divergence at temperatures that are multiples of each row's standard deviation.",
                  .formula = "mean_n d_t^2 KL(softmax(t / (tau_teacher d_t)) || softmax(s / (tau_student d_s))), d the standard "
                             "deviation of the row over K - 1",
                  .source = "Chi et al. 2023, NormKD: Normalized Logits for Knowledge Distillation"});
}
