// SRD: the student's embedding, through a linear layer, against the teacher's, both normalised over the batch, in a soft maximum.
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <torch/nn/modules/linear.h>

namespace {

namespace em = kdbench::embeddings;

/// Every column brought to mean 0 and variance 1 over the batch.
torch::Tensor normalised(const torch::Tensor& x) {
  const auto centred = x - x.mean(0, /*keepdim=*/true);
  return centred / (centred.square().mean(0, /*keepdim=*/true) + 1e-4).sqrt();
}

class SimpleRecipe final : public kdbench::Loss {
 public:
  struct Options {
    double exponent = 4.0;
    double feature_weight = 2.0;
    double kl_weight = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("exponent", &Options::exponent, "Power of the differences: how much the largest count.", {.min = 1.0, .max = 16.0})
        .add("feature_weight", &Options::feature_weight, "Factor of the term on embeddings.", {.min = 0.0})
        .add("kl_weight", &Options::kl_weight,
             "Factor of the KL divergence at the suite's temperatures. Set tau_squared = false: tau_student^2 multiplies both "
             "terms.",
             {.min = 0.0});
  }
  SimpleRecipe(Options options, const kdbench::LossContext& context) : options_(options) {
    projector_ = register_module("projector", torch::nn::Linear(context.student_embedding, context.teacher_embedding));
  }

  static kdbench::LossNeeds needs(const Options& options, const kdbench::LossContext&) {
    return {.teacher_embedding = true,
            .repeatable = true,
            .reads_tau = options.kl_weight > 0 ? kdbench::ReadsTau::kBoth : kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return em::why_none(context);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    std::vector<std::pair<std::string, torch::Tensor>> terms;
    if (options_.feature_weight > 0) terms.emplace_back("feature", options_.feature_weight * feature(in));
    if (options_.kl_weight > 0) {
      const auto logs = kdbench::logits::log_probabilities("srd", in);
      terms.emplace_back("kd", options_.kl_weight * kdbench::logits::kl_divergence(logs.teacher, logs.student).mean());
    }
    return terms;
  }

 private:
  torch::Tensor feature(const kdbench::LossInputs& in) {
    const auto pair = em::embeddings_of(in, "srd");
    const auto student = projector_(pair.student);
    // One image is its own mean: there is nothing to compare.
    if (student.size(0) == 1) return 0 * student.sum();
    const auto distance = (normalised(student) - normalised(pair.teacher)).abs().pow(options_.exponent).sum();
    // The logarithm of 0 would be that of networks that agree.
    return distance.clamp_min(1e-12).log();
  }

  Options options_;
  torch::nn::Linear projector_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("srd", "0.1.0", r) {
  r.loss<SimpleRecipe>(
      "srd", {.summary = "A linear projector, batch normalisation of both embeddings, and the logarithm of a sum of powers.",
              .formula = "feature_weight ln sum_nd |norm(W e_student + b) - norm(e_teacher)|^exponent + kl_weight KL(t || s)",
              .source = "Miles, Mikolajczyk 2024, Understanding the Role of the Projector in Knowledge Distillation, sec. 3"});
}
