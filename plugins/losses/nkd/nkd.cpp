// Normalised knowledge distillation: the teacher's probability of the label as a weight, and soft targets over the other classes.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace logits = kdbench::logits;

class Nkd final : public kdbench::Loss {
 public:
  struct Options {
    double gamma = 1.5;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("gamma", &Options::gamma, "Weight of the classes other than the label.", {.min = 0.0});
  }
  Nkd(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    logits::expect_one_shape("nkd", in);
    const auto taught = logits::at_label(in.teacher.logits.softmax(1), in.labels);
    const auto target = -(taught * logits::at_label(in.student.logits.log_softmax(1), in.labels)).mean();
    const auto student = logits::without_label(in.student.logits / in.tau_student, in.labels).log_softmax(1);
    const auto teacher = logits::without_label(in.teacher.logits / in.tau_teacher, in.labels).softmax(1);
    // tau^2 belongs to the other classes alone, and the host gives it to all terms.
    return {{"target", target / (in.tau_student * in.tau_student)},
            {"nontarget", -options_.gamma * (teacher * student).sum(1).mean()}};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("nkd", "0.1.0", r) {
  r.loss<Nkd>("nkd",
              {.summary = "Normalised KD: cross-entropies with the teacher, for the label and for the other classes.",
               .formula = "-mean_n p_t,y ln p_s,y / tau_student^2 - gamma mean_n sum_k q_t,k ln q_s,k, p = softmax(logits), "
                          "q = softmax(logits / tau) over the classes without y",
               .source = "Yang et al. 2023, From Knowledge Distillation to Self-Knowledge Distillation: A Unified Approach "
                         "with Normalized Loss and Customized Soft Labels"});
}
