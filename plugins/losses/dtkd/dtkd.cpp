// Dynamic temperatures: image by image, the network of the larger logits gets the higher temperature.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <tuple>

namespace {

namespace logits = kdbench::logits;
using torch::Tensor;

class Dtkd final : public kdbench::Loss {
 public:
  struct Options {
    double dynamic_weight = 3.0;
    double fixed_weight = 1.0;
    double least_maximum = 0.1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("dynamic_weight", &Options::dynamic_weight, "Weight of the term at the temperatures of each image (alpha).",
          {.min = 0.0})
        .add("fixed_weight", &Options::fixed_weight, "Weight of the term at the temperatures of the suite (beta).", {.min = 0.0})
        .add("least_maximum", &Options::least_maximum,
             "What the largest logit of a row counts at least, so that temperatures are positive; 0: no bound, as in the paper.",
             {.min = 0.0});
  }
  Dtkd(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto log_p = logits::log_probabilities("dtkd", in);
    std::vector<std::pair<std::string, Tensor>> terms;
    if (options_.dynamic_weight > 0) terms.emplace_back("dynamic", options_.dynamic_weight * dynamic(in));
    if (options_.fixed_weight > 0)
      terms.emplace_back("fixed", options_.fixed_weight * logits::kl_divergence(log_p.teacher, log_p.student).mean());
    return terms;
  }

 private:
  /// The largest logit of each row, [N, 1].
  Tensor maximum(const Tensor& values) const {
    const auto largest = std::get<0>(values.max(1, /*keepdim=*/true));
    return options_.least_maximum > 0 ? largest.clamp_min(options_.least_maximum) : largest;
  }

  /// Each temperature of the suite is multiplied by a share, and the two shares sum to 2; both are 1 where the maxima cancel.
  Tensor dynamic(const kdbench::LossInputs& in) const {
    const auto s = maximum(in.student.logits), t = maximum(in.teacher.logits), sum = s + t;
    const auto cancel = sum.eq(0);
    const auto share = [&](const Tensor& of) { return (2 * of / sum.masked_fill(cancel, 1)).masked_fill(cancel, 1); };
    const auto student_share = share(s), teacher_share = share(t);
    const auto kl = logits::kl_divergence((in.teacher.logits / (in.tau_teacher * teacher_share)).log_softmax(1),
                                          (in.student.logits / (in.tau_student * student_share)).log_softmax(1));
    return ((student_share * teacher_share).squeeze(1) * kl).mean();
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("dtkd", "0.1.0", r) {
  r.loss<Dtkd>("dtkd",
               {.summary = "KL divergence at temperatures that follow the largest logits of every image.",
                .formula = "dynamic_weight mean_n r_s r_t KL(p_t(tau_teacher r_t) || p_s(tau_student r_s)) + fixed_weight "
                           "mean_n KL(p_t(tau_teacher) || p_s(tau_student)), r_s = 2 max s / (max s + max t), r_t = 2 - r_s",
                .source = "Wei, Bai 2024, Dynamic Temperature Knowledge Distillation"});
}
