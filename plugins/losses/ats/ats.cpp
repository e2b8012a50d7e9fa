// Asymmetric temperature scaling: one temperature for the teacher's logit of the label, another for all others.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>

namespace {

using torch::Tensor;

class Ats final : public kdbench::Loss {
 public:
  struct Options {
    double tau_correct = 4.0;
    double tau_wrong = 3.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("tau_correct", &Options::tau_correct, "Temperature of the teacher's logit of the label (tau_1).", {.min = 0.01})
        .add("tau_wrong", &Options::tau_wrong, "Temperature of the teacher's other logits (tau_2).", {.min = 0.01});
  }
  Ats(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true, .reads_tau = kdbench::ReadsTau::kStudent}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("ats", in);
    const auto& s = in.student.logits;
    const auto& t = in.teacher.logits;
    return -(target(t, in.labels) * at::log_softmax(s / in.tau_student, 1)).sum() / static_cast<double>(s.size(0));
  }

 private:
  /// The teacher's distribution, [N, K].
  Tensor target(const Tensor& logits, const Tensor& labels) const {
    const auto column = labels.unsqueeze(1);
    return at::softmax((logits / options_.tau_wrong).scatter(1, column, logits.gather(1, column) / options_.tau_correct), 1);
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("ats", "0.1.0", r) {
  r.loss<Ats>("ats",
              {.summary = "Soft targets from a teacher whose label's logit and other logits have temperatures of their own.",
               .formula = "-1/N sum_n sum_k q_nk ln p_nk, p = softmax(student / tau_student), q = softmax(teacher_k / t_k), "
                          "t_k = tau_correct where k is the label, else tau_wrong",
               .source = "Li et al. 2022, Asymmetric Temperature Scaling Makes Larger Networks Teach Well Again"});
}
