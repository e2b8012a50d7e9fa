// Learning the data set's own posterior: a perfectly calibrated teacher that costs nothing.
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/log_softmax.h>

namespace {

class SoftTarget final : public kdbench::Loss {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  SoftTarget(Options, const kdbench::LossContext&) {}

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    if (!in.posterior.defined()) throw kdbench::Error("soft_target: expected a data set with a posterior, found none; use gmm");
    // A posterior has no temperature, so neither has the student here: softmax(logits) itself is to become the posterior.
    return -(in.posterior * at::log_softmax(in.student.logits, 1)).sum() / static_cast<double>(in.student.logits.size(0));
  }
  kdbench::LossNeeds needs() const override { return {.teacher = false, .posterior = true, .repeatable = true}; }
};

}  // namespace

KDBENCH_PLUGIN("soft_target", "0.1.0", r) {
  r.loss<SoftTarget>(
      "soft_target",
      {.summary = "Cross-entropy with the data set's posterior instead of a teacher.",
       .formula = "-1/N sum_n sum_k P(k | x_n) ln p_s(k | x_n), p_s = softmax(logits)",
       .source = "Fan et al. 2024, Revisit the Essence of Distilling Knowledge through Calibration, sec. 3.2, Table 1"});
}
