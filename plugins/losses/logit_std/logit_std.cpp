// Logit standardisation: every row of logits is brought to mean 0 and standard deviation 1 before another loss reads it.
#include "../dist/dist.h"
#include "../dkd/dkd.h"
#include "../mlkd/mlkd.h"

#include <kdbench/sdk/plugin.h>

namespace {

namespace logits = kdbench::logits;

class LogitStd final : public kdbench::Loss {
 public:
  struct Options {
    std::string base = "kl";
    double eps = 1e-7;
    double target_weight = 1.0;
    double nontarget_weight = 8.0;
    double inter_weight = 1.0;
    double intra_weight = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("base", &Options::base, "The loss that reads the standardised logits.", {.choices = {"kl", "dkd", "dist", "mlkd"}})
        .add("eps", &Options::eps, "Added to the standard deviation; raise it to bound gradients of constant rows.",
             {.min = 1e-30})
        .add("target_weight", &Options::target_weight, "Of base = \"dkd\": the label against all other classes.", {.min = 0.0})
        .add("nontarget_weight", &Options::nontarget_weight, "Of base = \"dkd\": the other classes among themselves.",
             {.min = 0.0})
        .add("inter_weight", &Options::inter_weight, "Of base = \"dist\": one correlation an image.", {.min = 0.0})
        .add("intra_weight", &Options::intra_weight, "Of base = \"dist\": one correlation a class.", {.min = 0.0});
  }
  LogitStd(Options options, const kdbench::LossContext&) : options_(std::move(options)) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    logits::expect_one_shape("logit_std", in);
    // Of mlkd only the KL divergences are standardised.
    if (options_.base == "mlkd")
      return mlkd::terms(in.student.logits, in.teacher.logits, in.tau_student, in.tau_teacher,
                         {.standardise = true, .eps = options_.eps});
    const auto student = logits::standardised(in.student.logits, options_.eps) / in.tau_student;
    const auto teacher = logits::standardised(in.teacher.logits, options_.eps) / in.tau_teacher;
    if (options_.base == "dkd")
      return dkd::terms(student, teacher, in.labels, {options_.target_weight, options_.nontarget_weight});
    if (options_.base == "dist") return dist::terms(student, teacher, {options_.inter_weight, options_.intra_weight});
    return logits::kl_divergence(teacher.log_softmax(1), student.log_softmax(1)).mean();
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("logit_std", "0.1.0", r) {
  r.loss<LogitStd>("logit_std", {.summary = "Another loss (kl, dkd, dist, mlkd) on logits of mean 0 and standard deviation 1.",
                                 .formula = "base loss of (z - mean_k z) / (deviation_k z + eps), the deviation over K - 1",
                                 .source = "Sun, Ren, Li, Wang, Cao 2024, Logit Standardization in Knowledge Distillation"});
}
