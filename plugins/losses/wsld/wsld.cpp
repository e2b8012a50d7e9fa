// Weighted soft labels: images count by how much worse than the teacher the student still is on their labels.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace logits = kdbench::logits;

class Wsld final : public kdbench::Loss {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  Wsld(Options, const kdbench::LossContext&) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true, .stops_gradient = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto log_p = logits::log_probabilities("wsld", in);
    const auto student = -logits::at_label(in.student.logits.log_softmax(1), in.labels);
    const auto teacher = -logits::at_label(in.teacher.logits.log_softmax(1), in.labels);
    const auto weight = -(-(student / (teacher + kEps))).expm1().detach();  // 1 - exp(-ratio)
    return -(weight * (log_p.teacher.exp() * log_p.student).sum(1)).mean();
  }

 private:
  static constexpr double kEps = 1e-7;  // a teacher may be certain
};

}  // namespace

KDBENCH_PLUGIN("wsld", "0.1.0", r) {
  r.loss<Wsld>("wsld", {.summary = "Soft targets, weighted by image: more where the student is worse than its teacher.",
                        .formula = "-mean_n w_n sum_k p_t,k ln p_s,k, p = softmax(logits / tau), "
                                   "w = 1 - exp(-CE_student / (CE_teacher + 1e-7)), held constant, CE at tau 1",
                        .source = "Zhou et al. 2021, Rethinking Soft Labels for Knowledge Distillation: A Bias-Variance Tradeoff "
                                  "Perspective"});
}
