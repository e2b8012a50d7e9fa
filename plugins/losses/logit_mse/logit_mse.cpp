// The student's logits imitate the teacher's, number by number.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/mse_loss.h>

namespace {

class LogitMse final : public kdbench::Loss {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  LogitMse(Options, const kdbench::LossContext&) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true, .reads_tau = kdbench::ReadsTau::kNone}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("logit_mse", in);
    return at::mse_loss(in.student.logits, in.teacher.logits);
  }
};

}  // namespace

KDBENCH_PLUGIN("logit_mse", "0.1.0", r) {
  r.loss<LogitMse>("logit_mse", {.summary = "Mean squared error between the logits of the two networks.",
                                 .formula = "1/(N K) sum_nk (s_nk - t_nk)^2",
                                 .source = "Ba, Caruana 2014, Do Deep Nets Really Need to be Deep?; Kim et al. 2021, Comparing "
                                           "Kullback-Leibler Divergence and Mean Squared Error Loss in Knowledge Distillation"});
}
