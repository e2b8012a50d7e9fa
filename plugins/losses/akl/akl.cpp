// Adaptive KL divergence: forward where the gap lies among the teacher's likely classes, reverse where it lies among the others.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace logits = kdbench::logits;

class Akl final : public kdbench::Loss {
 public:
  struct Options {
    double head_mass = 0.5;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("head_mass", &Options::head_mass,
          "The head is the teacher's likeliest class, and the next ones as long as their probabilities sum to no more (mu).",
          {.min = 0.0, .max = 1.0});
  }
  Akl(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true, .stops_gradient = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto [student, teacher] = logits::log_probabilities("akl", in);
    const auto share = head_share(student.detach().exp(), teacher.exp());
    return (share * logits::kl_divergence(teacher, student) + (1 - share) * logits::kl_divergence(student, teacher)).mean();
  }

 private:
  /// How much of the gap between the two distributions lies in the head, [N]; 0 where there is none.
  torch::Tensor head_share(const torch::Tensor& student, const torch::Tensor& teacher) const {
    const auto [sorted, order] = teacher.sort(/*stable=*/true, /*dim=*/1, /*descending=*/true);
    auto in_head = sorted.cumsum(1).le(options_.head_mass);
    in_head.select(1, 0).fill_(true);
    const auto gap = (teacher - student).abs().gather(1, order);
    return (gap * in_head).sum(1) / gap.sum(1).clamp_min(1e-30);
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("akl", "0.1.0", r) {
  r.loss<Akl>("akl",
              {.summary = "Forward and reverse KL divergence, mixed by where the student's gap to its teacher lies.",
               .formula = "mean_n [w KL(p_t || p_s) + (1 - w) KL(p_s || p_t)], w = sum over the head of |p_t - p_s| / sum over "
                          "all, held constant, p = softmax(logits / tau)",
               .source = "Wu et al. 2024, Rethinking Kullback-Leibler Divergence in Knowledge Distillation for Large Language "
                         "Models"});
}
