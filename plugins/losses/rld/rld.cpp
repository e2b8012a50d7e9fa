// Refined logits: the teacher's confidence in its own favourite, and its opinion on the classes that it ranks below the label.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <limits>

namespace {

namespace logits = kdbench::logits;
using torch::Tensor;

class Rld final : public kdbench::Loss {
 public:
  struct Options {
    double confidence_weight = 1.0;
    double correlation_weight = 8.0;
    double confidence_tau = 0.0;
    bool standardise = false;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("confidence_weight", &Options::confidence_weight, "Weight of the term 'confidence' (alpha).", {.min = 0.0})
        .add("correlation_weight", &Options::correlation_weight, "Weight of the term 'correlation' (beta).", {.min = 0.0})
        .add("confidence_tau", &Options::confidence_tau,
             "Temperature of both networks in the term 'confidence' (tau_alpha); 0: those of the suite.", {.min = 0.0})
        .add("standardise", &Options::standardise, "Bring every row of logits to mean 0 and standard deviation 1 first.");
  }
  Rld(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    logits::expect_one_shape("rld", in);
    const auto student = prepared(in.student.logits), teacher = prepared(in.teacher.logits);
    std::vector<std::pair<std::string, Tensor>> terms;
    if (options_.confidence_weight > 0)
      terms.emplace_back("confidence", options_.confidence_weight * confidence(student, teacher, in));
    if (options_.correlation_weight > 0)
      terms.emplace_back("correlation", options_.correlation_weight * correlation(student, teacher, in));
    return terms;
  }

 private:
  Tensor prepared(const Tensor& values) const { return options_.standardise ? logits::standardised(values, 1e-7) : values; }

  /// The label's share of the student becomes that of the teacher's favourite, whichever class it is.
  Tensor confidence(const Tensor& student, const Tensor& teacher, const kdbench::LossInputs& in) const {
    const double own = options_.confidence_tau;
    const auto s = (student / (own > 0 ? own : in.tau_student)).log_softmax(1);
    const auto t = (teacher / (own > 0 ? own : in.tau_teacher)).log_softmax(1);
    const auto kl = logits::kl_divergence(logits::against_others(t, teacher.argmax(1)), logits::against_others(s, in.labels));
    // The factor of this term is the square of its own temperature; the host gives that of tau_student to all terms.
    const double factor = own > 0 ? own * own / (in.tau_student * in.tau_student) : 1.0;
    return factor * kl.mean();
  }

  /// Over the classes that the teacher ranks below the label.
  static Tensor correlation(const Tensor& student, const Tensor& teacher, const kdbench::LossInputs& in) {
    const auto below = teacher.lt(logits::at_label(teacher, in.labels).unsqueeze(1));
    const auto any = below.any(1, /*keepdim=*/true);
    const auto left_out = below.logical_or(any.logical_not()).logical_not();  // rows of no class are computed, and count nothing
    const auto log_softmax = [&](const Tensor& values) {
      return values.masked_fill(left_out, -std::numeric_limits<double>::infinity()).log_softmax(1).masked_fill(left_out, 0.0);
    };
    const auto s = log_softmax(student / in.tau_student), t = log_softmax(teacher / in.tau_teacher);
    const auto p = t.exp().masked_fill(left_out, 0.0);
    return ((p * (t - s)).sum(1) * any.squeeze(1)).mean();
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("rld", "0.1.0", r) {
  r.loss<Rld>("rld",
              {.summary = "Refined logits: the teacher's confidence for the label, and the classes it ranks below the label.",
               .formula = "confidence_weight mean_n KL((p_t,a, 1 - p_t,a) || (p_s,y, 1 - p_s,y)) + correlation_weight mean_n "
                          "KL(q_t || q_s), a = argmax t, q = softmax(logits / tau) over the classes with t_k < t_y",
               .source = "Sun, Chen, Lyu, Chen, Chen, Wang 2024, Knowledge Distillation with Refined Logits"});
}
