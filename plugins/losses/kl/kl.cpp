// Hinton's distillation loss: the student's softened distribution is pulled to the teacher's.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/log_softmax.h>

namespace {

class Kl final : public kdbench::Loss {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  Kl(Options, const kdbench::LossContext&) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("kl", in);
    const auto& s = in.student.logits;
    const auto& t = in.teacher.logits;
    // Logarithms are taken inside the softmax: log(softmax(x)) is -inf once a gap passes 104 in float32.
    const auto log_student = at::log_softmax(s / in.tau_student, 1);
    const auto log_teacher = at::log_softmax(t / in.tau_teacher, 1);
    return (log_teacher.exp() * (log_teacher - log_student)).sum() / static_cast<double>(s.size(0));
  }
};

}  // namespace

KDBENCH_PLUGIN("kl", "0.1.0", r) {
  r.loss<Kl>("kl", {.summary = "KL divergence from teacher to student at the two temperatures.",
                    .formula = "1/N sum_n sum_k p_t (ln p_t - ln p_s), p = softmax(logits / tau)",
                    .source = "Hinton, Vinyals, Dean 2015, Distilling the Knowledge in a Neural Network, sec. 2",
                    .is_baseline = true});
}
