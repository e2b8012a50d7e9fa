// DIST: match the teacher's ranking by Pearson correlation, over classes for every image and over images for every class.
#include "dist.h"

#include <kdbench/sdk/plugin.h>

namespace {

class Dist final : public kdbench::Loss {
 public:
  struct Options {
    double beta = 1.0;
    double gamma = 1.0;
    double eps = 1e-8;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("beta", &Options::beta, "Weight of the inter-class term (one correlation per image).", {.min = 0.0})
        .add("gamma", &Options::gamma, "Weight of the intra-class term (one correlation per class).", {.min = 0.0})
        .add("eps", &Options::eps,
             "Added to the product of norms in every correlation; raise it to bound gradients of constant rows.",
             {.min = 1e-30, .max = 1.0});
  }
  Dist(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("dist", in);
    return dist::terms(in.student.logits / in.tau_student, in.teacher.logits / in.tau_teacher,
                       {options_.beta, options_.gamma, options_.eps});
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("dist", "0.1.0", r) {
  r.loss<Dist>(
      "dist",
      {.summary = "Pearson correlation between student and teacher, within images and within classes.",
       .formula = "beta (1 - mean_n rho(s_n., t_n.)) + gamma (1 - mean_k rho(s_.k, t_.k)), s, t = softmax(logits / tau), "
                  "rho(u, v) = <u - mean u, v - mean v> / (|u - mean u| |v - mean v| + eps)",
       .source = "Huang et al. 2022, Knowledge Distillation from A Stronger Teacher; as in Fan et al. 2024, eqs. 5 and 6"});
}
