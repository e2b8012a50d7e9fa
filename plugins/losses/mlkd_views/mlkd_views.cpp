// Multi-level logits on two views of each image: all terms of the first view, and single images of the second.
#include "../mlkd/mlkd.h"

#include <kdbench/sdk/plugin.h>

namespace {

namespace logits = kdbench::logits;
using torch::Tensor;

class MlkdViews final : public kdbench::Loss {
 public:
  struct Options {
    bool standardise = false;
    std::string variant = "mended";
    double second_ce = 1.0 / 9;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("standardise", &Options::standardise,
          "Bring every row of logits to mean 0 and standard deviation 1 for the term 'instance'.")
        .add(
            "variant", &Options::variant,
            "mended: five temperatures of the second view, and images of which the teacher is surer than the median are left out "
            "of the first; authors: at 2 and 6 the first view stands for the second, and the first is multiplied by the share of "
            "the others.",
            {.choices = {"mended", "authors"}})
        .add("second_ce", &Options::second_ce, "Factor of the second view's cross-entropy: ce_weight / kd_weight.", {.min = 0.0});
  }
  MlkdViews(Options options, const kdbench::LossContext&) : options_(std::move(options)) {}

  kdbench::LossNeeds needs() const override { return {.second_view = true, .repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    logits::expect_one_shape("mlkd_views", in);
    const auto &student = in.student_second_view.logits, &teacher = in.teacher_second_view.logits;
    if (!student.defined() || !teacher.defined()) throw kdbench::Error("mlkd_views: expected both networks on a second view");
    const bool authors = options_.variant == "authors";
    auto terms = mlkd::terms(in.student.logits, in.teacher.logits, in.tau_student, in.tau_teacher,
                             {.standardise = options_.standardise, .average_the_mask = authors})
                     .terms();
    auto second = divergence(student, teacher, in.tau_student, in.tau_teacher);
    for (const double tau : {3.0, 5.0}) second = second + divergence(student, teacher, tau, tau);
    for (const double tau : {2.0, 6.0}) {
      const auto& s = authors ? in.student.logits : student;
      second = second + divergence(s, authors ? in.teacher.logits : teacher, tau, tau);
    }
    const double factor = 1 / (in.tau_student * in.tau_student);  // the host multiplies by its inverse
    terms.front().second = terms.front().second + factor * second;
    terms.emplace_back("second_ce", factor * options_.second_ce * cross_entropy(student.log_softmax(1), in));
    return terms;
  }

 private:
  Tensor divergence(const Tensor& student, const Tensor& teacher, double ts, double tt) const {
    const auto of = [&](const Tensor& z) { return options_.standardise ? logits::standardised(z, 1e-7) : z; };
    return ts * ts * logits::kl_divergence((of(teacher) / tt).log_softmax(1), (of(student) / ts).log_softmax(1)).mean();
  }

  static Tensor cross_entropy(const Tensor& log_p, const kdbench::LossInputs& in) {
    const auto of = [&](const Tensor& labels) { return -logits::at_label(log_p, labels).mean(); };
    return in.mixed_labels.defined() ? in.mix * of(in.labels) + (1 - in.mix) * of(in.mixed_labels) : of(in.labels);
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("mlkd_views", "0.1.0", r) {
  r.loss<MlkdViews>(
      "mlkd_views",
      {.summary = "MLKD on two views of each image: its terms on the first, and KL divergences on the second.",
       .formula = "mlkd(view 1) + 1/tau_student^2 [sum_T mean_n T^2 KL(p_t(T) || p_s(T)) + second_ce CE] of view 2, "
                  "T in {tau, 2, 3, 5, 6}",
       .source = "Jin, Wang, Lin 2023, Multi-Level Logit Distillation, and its code"});
}
