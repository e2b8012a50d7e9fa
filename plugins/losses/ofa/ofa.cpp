// One-for-all distillation: soft targets in which the teacher's probability of the label counts by a power.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

namespace {

class Ofa final : public kdbench::Loss {
 public:
  struct Options {
    double gamma = 1.5;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("gamma", &Options::gamma, "Power of the teacher's probabilities, 1 added to the label's; 1: plain soft targets.",
          {.min = 0.01});
  }
  Ofa(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto log_p = kdbench::logits::log_probabilities("ofa", in);
    const auto is_label = at::zeros_like(log_p.teacher, torch::kBool).scatter(1, in.labels.unsqueeze(1), true);
    // (p + 1)^gamma - 1 of the label and p^gamma of the others
    const auto label = (options_.gamma * log_p.teacher.exp().log1p()).expm1();
    const auto others = (options_.gamma * log_p.teacher).exp();
    return -(at::where(is_label, label, others) * log_p.student).sum(1).mean();
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("ofa", "0.1.0", r) {
  r.loss<Ofa>("ofa",
              {.summary = "Soft targets for networks of unlike kinds: a power of the teacher's probabilities raises the label.",
               .formula = "-mean_n sum_k ((p_t,k + [k = y])^gamma - [k = y]) ln p_s,k, p = softmax(logits / tau)",
               .source = "Hao et al. 2023, One-for-All: Bridge the Gap Between Heterogeneous Architectures in Knowledge "
                         "Distillation"});
}
