// Several teachers: KL divergence to each, weighed alike, by how sure the teachers are, or by how right.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/ones_like.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>

namespace {

namespace logits = kdbench::logits;
using torch::Tensor;

class EnsembleKl final : public kdbench::Loss {
 public:
  struct Options {
    std::string kind = "average";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("kind", &Options::kind,
          "average: all teachers alike; ebkd: by one minus their share of the entropy, image by image; camkd: by one minus their "
          "share in a softmax of their cross-entropies with the label, image by image.",
          {.choices = {"average", "ebkd", "camkd"}});
  }
  EnsembleKl(Options options, const kdbench::LossContext&) : options_(std::move(options)) {}

  kdbench::LossNeeds needs() const override { return {.several_teachers = true, .repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    std::vector<Tensor> teachers{in.teacher.logits};
    for (const auto& more : in.more_teachers) teachers.push_back(more.logits);
    for (const auto& teacher : teachers) expect_one_shape(in.student.logits, teacher);
    const auto log_student = (in.student.logits / in.tau_student).log_softmax(1);
    std::vector<Tensor> divergences;
    for (const auto& teacher : teachers)
      divergences.push_back(logits::kl_divergence((teacher / in.tau_teacher).log_softmax(1), log_student));
    return (weights(teachers, in.labels) * at::stack(divergences)).mean();
  }

 private:
  static void expect_one_shape(const Tensor& student, const Tensor& teacher) {
    if (student.sizes() != teacher.sizes())
      throw kdbench::Error("ensemble_kl: every teacher needs the data set's classes, as the student has them");
  }

  /// Of each teacher for each image, [teachers, N], at temperature 1.
  Tensor weights(const std::vector<Tensor>& teachers, const Tensor& labels) const {
    std::vector<Tensor> measures;
    for (const auto& teacher : teachers) measures.push_back(measure(teacher.log_softmax(1), labels));
    const auto measured = at::stack(measures);
    if (options_.kind == "average" || teachers.size() == 1) return at::ones_like(measured);
    if (options_.kind == "ebkd") return 1 - measured / measured.sum(0).clamp_min(kLeastEntropy);
    return (1 - at::softmax(measured, 0)) / static_cast<double>(teachers.size() - 1);
  }

  /// What a teacher is weighed by: its entropy, or its cross-entropy with the label, [N].
  Tensor measure(const Tensor& log_p, const Tensor& labels) const {
    if (options_.kind == "camkd") return -logits::at_label(log_p, labels);
    return -logits::kl_divergence(log_p, Tensor(log_p).mul(0));
  }

  static constexpr double kLeastEntropy = 1e-12;  // of teachers that are all sure: each then counts whole

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("ensemble_kl", "0.1.0", r) {
  r.loss<EnsembleKl>(
      "ensemble_kl",
      {.summary = "KL divergence to several teachers, weighed alike, by their entropy (EBKD) or their error (CA-MKD).",
       .formula = "1/(T N) sum_t sum_n w_tn KL(p_t,n(tau_teacher) || p_s,n(tau_student)), T teachers",
       .source = "You et al. 2017 (average); Kwon et al. 2020 (EBKD); Zhang, Chen, Wang 2022, Confidence-Aware Multi-Teacher "
                 "Knowledge Distillation, eq. 2"});
}
