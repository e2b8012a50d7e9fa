// Weighted transformed teacher matching: images count more the less sure the teacher is of them.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

class Wttm final : public kdbench::Loss {
 public:
  struct Options {
    double gamma = 0.1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("gamma", &Options::gamma, "Power of the teacher's probabilities: the inverse of a temperature.", {.min = 1e-3});
  }
  Wttm(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true, .reads_tau = kdbench::ReadsTau::kNone}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("wttm", in);
    const auto powers = options_.gamma * in.teacher.logits.log_softmax(1);
    const auto log_sum = powers.logsumexp(1, /*keepdim=*/true);
    const auto kl = kdbench::logits::kl_divergence(powers - log_sum, in.student.logits.log_softmax(1));
    return (log_sum.squeeze(1).exp() * kl).mean();
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("wttm", "0.1.0", r) {
  r.loss<Wttm>("wttm",
               {.summary = "KL divergence from a power of the teacher's distribution, weighted by the power sum of each image.",
                .formula = "mean_n U_n KL(r || p_s), r_k = p_t,k^gamma / U, U = sum_j p_t,j^gamma, p = softmax(logits)",
                .source = "Zheng, Yang 2024, Knowledge Distillation Based on Transformed Teacher Matching"});
}
