// The alpha-beta divergence: one family from forward to reverse KL divergence, through Hellinger's distance.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <cmath>

namespace {

using torch::Tensor;

bool is_zero(double x) { return std::abs(x) < 1e-12; }

class Abkd final : public kdbench::Loss {
 public:
  struct Options {
    double power_alpha = 0.8;
    double power_beta = 0.3;
    std::string variant = "paper";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("power_alpha", &Options::power_alpha, "Power of the teacher's probabilities (alpha); 1 with power_beta 0 is KL.")
        .add("power_beta", &Options::power_beta,
             "Power of the student's probabilities (beta); 1 with power_alpha 0 is reverse KL.")
        .add("variant", &Options::variant,
             "Where a power or their sum is 0: paper, the limit of the formula; authors, the limit times the other power.",
             {.choices = {"paper", "authors"}});
  }
  Abkd(Options options, const kdbench::LossContext&) : options_(std::move(options)) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto [student, teacher] = kdbench::logits::log_probabilities("abkd", in);
    return divergence(teacher, student).sum(1).mean();
  }

 private:
  /// The summands of all classes, [N, K], from logarithms of the teacher's probabilities and of the student's.
  Tensor divergence(const Tensor& t, const Tensor& s) const {
    const double a = options_.power_alpha, b = options_.power_beta;
    if (is_zero(a) && is_zero(b)) return (t - s).square() / 2;
    if (is_zero(b)) return one_sided(a, t, s);
    if (is_zero(a)) return one_sided(b, s, t);
    if (is_zero(a + b)) return ((a * (t - s)).expm1() - a * (t - s)) / limit_factor(a);
    const double sum = a + b;
    return ((a / sum * (sum * t).exp() + b / sum * (sum * s).exp()) - (a * t + b * s).exp()) / (a * b);
  }

  /// KL divergence between powers of two distributions, without their normalisation.
  Tensor one_sided(double power, const Tensor& log_p, const Tensor& log_q) const {
    const auto p = power * log_p, q = power * log_q;
    return (p.exp() * (p - q) - p.exp() + q.exp()) / limit_factor(power);
  }

  double limit_factor(double power) const { return options_.variant == "authors" ? power : power * power; }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("abkd", "0.1.0", r) {
  r.loss<Abkd>("abkd",
               {.summary = "Alpha-beta divergence between the softened distributions of teacher and student.",
                .formula = "-1/(a b) mean_n sum_k [p^a q^b - a/(a+b) p^(a+b) - b/(a+b) q^(a+b)], p of the teacher, q of the "
                           "student, a = power_alpha, b = power_beta; its limit where a, b or a + b is 0",
                .source = "Wang et al. 2025, ABKD: Pursuing a Proper Allocation of the Probability Mass in Knowledge "
                          "Distillation via alpha-beta-Divergence"});
}
