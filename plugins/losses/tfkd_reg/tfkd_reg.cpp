// Teacher-free distillation: a virtual teacher that is nearly always right and says nothing of the other classes.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/full_like.h>

namespace {

namespace logits = kdbench::logits;

class TfKdReg final : public kdbench::Loss {
 public:
  struct Options {
    double correct_probability = 0.99;
    double virtual_temperature = 20.0;
    double multiplier = 1.0;
    std::string variant = "paper";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("correct_probability", &Options::correct_probability, "What the virtual teacher gives the label (a).",
          {.min = 0.0, .max = 1.0})
        .add("virtual_temperature", &Options::virtual_temperature, "The virtual teacher's probabilities are divided by it.",
             {.min = 0.01})
        .add("multiplier", &Options::multiplier, "Factor of the term.", {.min = 0.0})
        .add("variant", &Options::variant, "paper: a sum over the classes; authors: their mean, K times less.",
             {.choices = {"paper", "authors"}});
  }
  TfKdReg(Options options, const kdbench::LossContext&) : options_(std::move(options)) {}

  kdbench::LossNeeds needs() const override {
    return {.teacher = false, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto& student = in.student.logits;
    const auto classes = static_cast<double>(student.size(1));
    const double right = options_.correct_probability, wrong = (1 - right) / (classes - 1);
    const auto teacher = at::full_like(student.detach(), wrong).scatter(1, in.labels.unsqueeze(1), right);
    const auto log_teacher = (teacher / options_.virtual_temperature).log_softmax(1);
    const double factor = options_.variant == "authors" ? options_.multiplier / classes : options_.multiplier;
    return factor * logits::kl_divergence(log_teacher, student.log_softmax(1)).mean();
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("tfkd_reg", "0.1.0", r) {
  r.loss<TfKdReg>("tfkd_reg", {.summary = "KL divergence from a virtual teacher that is made of the labels; needs no teacher.",
                               .formula = "multiplier mean_n KL(softmax(u_n / virtual_temperature) || softmax(s_n)), u_n = "
                                          "correct_probability at the label, the rest equal",
                               .source = "Yuan, Tay, Li, Wang, Feng 2020, Revisiting Knowledge Distillation via Label Smoothing "
                                         "Regularization, Tf-KD_reg"});
}
