// Divergences other than KL from teacher to student, by name.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <cmath>

namespace {

using kdbench::logits::kl_divergence;
using torch::Tensor;

/// ln((1 - share) p + share q) from ln p and ln q.
Tensor log_mixture(const Tensor& log_p, const Tensor& log_q, double share) {
  return (log_p + std::log(1 - share)).logaddexp(log_q + std::log(share));
}

class Divergence final : public kdbench::Loss {
 public:
  struct Options {
    std::string kind = "reverse_kl";
    double mix = -1.0;
    std::string variant = "paper";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("kind", &Options::kind, "Which divergence.",
          {.choices = {"reverse_kl", "symmetric_kl", "js", "gjsd", "tv", "skew_kl", "skew_reverse_kl"}})
        .add("mix", &Options::mix,
             "Share of the student (symmetric_kl, js, skew_reverse_kl) or of the teacher (gjsd, skew_kl); negative: 0.1 for the "
             "skewed kinds, 0.5 for others.",
             {.min = -1.0, .max = 1.0})
        .add("variant", &Options::variant,
             "paper: the divergence; authors: cross-entropy for KL from the teacher (symmetric_kl, skew_kl), of the same "
             "gradient.",
             {.choices = {"paper", "authors"}});
  }
  Divergence(Options options, const kdbench::LossContext&) : options_(std::move(options)) {
    const bool skewed = options_.kind.starts_with("skew");
    if (options_.mix < 0) options_.mix = skewed ? 0.1 : 0.5;
  }

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto [student, teacher] = kdbench::logits::log_probabilities("divergence", in);
    return rows(student, teacher).mean();
  }

 private:
  /// Of each image, [N], from logarithms of probabilities, [N, K].
  Tensor rows(const Tensor& student, const Tensor& teacher) const {
    const auto& kind = options_.kind;
    const double mix = options_.mix;
    if (kind == "reverse_kl") return kl_divergence(student, teacher);
    if (kind == "tv") return (student.exp() - teacher.exp()).abs().sum(1) / 2;
    if (kind == "js") return jensen_shannon(student, teacher, mix);
    if (kind == "gjsd") return generalised_jensen_shannon(student, teacher);
    if (kind == "skew_reverse_kl") return kl_divergence(student, log_mixture(teacher, student, mix));
    if (kind == "skew_kl") return from_teacher(teacher, log_mixture(student, teacher, mix));
    return (1 - mix) * from_teacher(teacher, student) + mix * kl_divergence(student, teacher);
  }

  static Tensor jensen_shannon(const Tensor& student, const Tensor& teacher, double share) {
    const auto mixture = log_mixture(teacher, student, share);
    return (1 - share) * kl_divergence(teacher, mixture) + share * kl_divergence(student, mixture);
  }

  /// With the ends defined as the two KL divergences, to which the formula does not tend.
  Tensor generalised_jensen_shannon(const Tensor& student, const Tensor& teacher) const {
    if (options_.mix == 0) return kl_divergence(teacher, student);
    if (options_.mix == 1) return kl_divergence(student, teacher);
    return jensen_shannon(student, teacher, 1 - options_.mix);
  }

  /// KL divergence, or the cross-entropy that the authors compute in its place.
  Tensor from_teacher(const Tensor& teacher, const Tensor& log_q) const {
    return options_.variant == "authors" ? -(teacher.exp() * log_q).sum(1) : kl_divergence(teacher, log_q);
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("divergence", "0.1.0", r) {
  r.loss<Divergence>(
      "divergence",
      {.summary = "Reverse, symmetric and skewed KL, Jensen-Shannon, total variation between the softened distributions.",
       .formula = "mean_n D(p_t, p_s), p = softmax(logits / tau), D by kind: KL(p_s || p_t), (1 - mix) KL + mix reverse KL, "
                  "Jensen-Shannon at (1 - mix) p_t + mix p_s, sum_k |p_t - p_s| / 2, KL to a mixture",
       .source = "Ko et al. 2024, DistiLLM; Agarwal et al. 2024, On-Policy Distillation of Language Models; Wen et al. 2023, "
                 "f-Divergence Minimization for Sequence-Level Knowledge Distillation"});
}
