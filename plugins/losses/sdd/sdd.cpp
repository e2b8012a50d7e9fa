// SDD: what the classifier says of every region of the last map, not of its mean alone, is distilled.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/stack.h>

namespace {

namespace fm = kdbench::feature_maps;
namespace logits = kdbench::logits;
using torch::Tensor;

/// Logarithms of the probabilities of a row's label and of all other classes, [M, 2], from log p, [M, K].
Tensor label_or_not(const Tensor& log_p, const Tensor& labels) {
  return at::stack({logits::at_label(log_p, labels), at::logsumexp(logits::without_label(log_p, labels), 1)}, 1);
}

/// Logarithms of the probabilities among the other classes, [M, K - 1].
Tensor among_others(const Tensor& log_p, const Tensor& labels) {
  return at::log_softmax(logits::without_label(log_p, labels), 1);
}

class ScaleDecoupled final : public kdbench::Loss {
 public:
  struct Options {
    std::string base = "kd";
    std::int64_t finest = 4;
    double target_weight = 1.0;
    double nontarget_weight = 8.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("base", &Options::base,
          "Loss of a region; kd: KL divergence; dkd: its part on the label and that on the other classes.",
          {.choices = {"kd", "dkd"}})
        .add("finest", &Options::finest, "1: the whole map; 2: with its quarters, too; 4: with its sixteenths, too.",
             {.min = 1, .max = 4})
        .add("target_weight", &Options::target_weight, "Factor of dkd's part on the label, alpha.", {.min = 0.0})
        .add("nontarget_weight", &Options::nontarget_weight, "Factor of dkd's part on the other classes, beta.", {.min = 0.0});
  }
  ScaleDecoupled(Options options, const kdbench::LossContext& context) : options_(std::move(options)) {
    const auto& classifier = context.teacher_classifier;
    teacher_weight_ = register_buffer("teacher_weight", classifier.weight.clone());
    if (classifier.bias.defined()) teacher_bias_ = register_buffer("teacher_bias", classifier.bias.clone());
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .student_classifier = true, .teacher_classifier = true, .repeatable = true};
  }
  static std::optional<std::string> unsupported(const Options& options, const kdbench::LossContext& context) {
    if (options.finest == 3) return "expected finest = 1, 2 or 4, found 3: regions are halved";
    return fm::why_no_embedding_maps(context);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto maps = fm::embedding_maps_of(in, "sdd");
    const auto& classifier = in.student_classifier;
    const auto student = regions(maps.student, classifier.weight, classifier.bias);
    const auto teacher = regions(maps.teacher, teacher_weight_, teacher_bias_);
    const auto weights = region_weights(teacher, in.labels).flatten();
    const auto labels = in.labels.unsqueeze(1).expand({-1, student.size(1)}).flatten();
    const auto log_s = at::log_softmax(student.flatten(0, 1) / in.tau_student, 1);
    const auto log_t = at::log_softmax(teacher.flatten(0, 1) / in.tau_teacher, 1);
    const auto mean = [&](const Tensor& t, const Tensor& s) { return (weights * logits::kl_divergence(t, s)).mean(); };
    if (options_.base == "kd") return mean(log_t, log_s);
    return {{"target", options_.target_weight * mean(label_or_not(log_t, labels), label_or_not(log_s, labels))},
            {"nontarget", options_.nontarget_weight * mean(among_others(log_t, labels), among_others(log_s, labels))}};
  }

 private:
  /// Logits of every region, the whole map first, [N, R, K].
  Tensor regions(const Tensor& map, const Tensor& weight, const Tensor& bias) const {
    const auto sixteenths = at::adaptive_avg_pool2d(map, {4, 4});
    std::vector<Tensor> means;
    for (std::int64_t side = 1; side <= options_.finest; side *= 2) {
      means.push_back(at::adaptive_avg_pool2d(sixteenths, {side, side}).flatten(2));
    }
    return at::linear(at::cat(means, 2).transpose(1, 2), weight, bias);
  }

  /// 2 where the teacher is right of a region and wrong of the whole or the other way round, and 1 elsewhere, [N, R].
  static Tensor region_weights(const Tensor& teacher, const Tensor& labels) {
    const auto is_right = teacher.argmax(2).eq(labels.unsqueeze(1));
    const auto is_whole_right = is_right.narrow(1, 0, 1);
    return 1 + is_right.ne(is_whole_right).to(teacher.scalar_type());
  }

  Options options_;
  Tensor teacher_weight_, teacher_bias_;
};

}  // namespace

KDBENCH_PLUGIN("sdd", "0.1.0", r) {
  r.loss<ScaleDecoupled>(
      "sdd",
      {.summary = "Scale-decoupled distillation: the classifier's word on every region of the last map.",
       .formula = "1/(N R) sum_n sum_r a_nr D(t_nr || s_nr), R regions of the map, their logits by the network's classifier, D "
                  "the KL divergence of softmax(logits / tau) or DKD's, a = 2 where region and whole disagree on the label",
       .source = "Wei, Luo, Luo 2024, Scale Decoupled Distillation, sec. 3"});
}
