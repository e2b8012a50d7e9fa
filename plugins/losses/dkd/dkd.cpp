// Decoupled knowledge distillation: what the teacher says of the label, and what it says of the other classes, weighted apart.
#include "dkd.h"

#include <kdbench/sdk/plugin.h>

namespace {

class Dkd final : public kdbench::Loss {
 public:
  struct Options {
    double target_weight = 1.0;
    double nontarget_weight = 8.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("target_weight", &Options::target_weight, "Weight of the label against all other classes (alpha).", {.min = 0.0})
        .add("nontarget_weight", &Options::nontarget_weight, "Weight of the other classes among themselves (beta).",
             {.min = 0.0});
  }
  Dkd(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("dkd", in);
    return dkd::terms(in.student.logits / in.tau_student, in.teacher.logits / in.tau_teacher, in.labels,
                      {options_.target_weight, options_.nontarget_weight});
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("dkd", "0.1.0", r) {
  r.loss<Dkd>("dkd",
              {.summary = "Decoupled KD: the label against the rest, and the rest among themselves, weighted apart.",
               .formula = "target_weight mean_n KL(b_t || b_s) + nontarget_weight mean_n KL(q_t || q_s), b = (p_y, 1 - p_y), "
                          "q = softmax over the classes without y, logits / tau",
               .source = "Zhao, Cui, Song, Qiu, Liang 2022, Decoupled Knowledge Distillation"});
}
