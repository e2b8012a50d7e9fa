// Transformed teacher matching: a power of the teacher's probabilities, and a student without a temperature.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

class Ttm final : public kdbench::Loss {
 public:
  struct Options {
    double gamma = 0.1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("gamma", &Options::gamma, "Power of the teacher's probabilities: the inverse of a temperature.", {.min = 1e-3});
  }
  Ttm(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true, .reads_tau = kdbench::ReadsTau::kNone}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("ttm", in);
    const auto transformed = (options_.gamma * in.teacher.logits).log_softmax(1);
    return kdbench::logits::kl_divergence(transformed, in.student.logits.log_softmax(1)).mean();
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("ttm", "0.1.0", r) {
  r.loss<Ttm>("ttm", {.summary = "KL divergence from a power of the teacher's distribution to the student's own.",
                      .formula = "mean_n KL(r || p_s), r_k = p_t,k^gamma / sum_j p_t,j^gamma, p = softmax(logits)",
                      .source = "Zheng, Yang 2024, Knowledge Distillation Based on Transformed Teacher Matching"});
}
