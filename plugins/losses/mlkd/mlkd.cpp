// Multi-level logits: single images, the classes of a batch and the images of a batch, each at five temperatures.
#include "mlkd.h"

#include <kdbench/sdk/plugin.h>

namespace {

class Mlkd final : public kdbench::Loss {
 public:
  struct Options {
    bool standardise = false;
    std::string variant = "paper";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("standardise", &Options::standardise,
          "Bring every row of logits to mean 0 and standard deviation 1 for the term 'instance'.")
        .add("variant", &Options::variant,
             "paper: images of which the teacher is surer than the median are left out of 'instance'; authors: the term is "
             "multiplied by the share of the others.",
             {.choices = {"paper", "authors"}});
  }
  Mlkd(Options options, const kdbench::LossContext&) : options_(std::move(options)) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("mlkd", in);
    return mlkd::terms(in.student.logits, in.teacher.logits, in.tau_student, in.tau_teacher,
                       {.standardise = options_.standardise, .average_the_mask = options_.variant == "authors"});
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("mlkd", "0.1.0", r) {
  r.loss<Mlkd>("mlkd",
               {.summary = "KL divergences at five temperatures, and the Gram matrices of classes and of images.",
                .formula = "1/tau_student^2 sum_T [mean_n m_n T^2 KL(p_t(T) || p_s(T)) + mean(c) |P_t'P_t - P_s'P_s|^2 / K + "
                           "mean(m) |P_t P_t' - P_s P_s'|^2 / N], T in {tau, 2, 3, 5, 6}, m, c 1 up to the medians of the "
                           "teacher's confidence and of its classes' sums",
                .source = "Jin, Wang, Lin 2023, Multi-Level Logit Distillation"});
}
