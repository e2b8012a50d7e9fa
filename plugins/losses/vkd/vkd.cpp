// VkD: the student's embedding, through a matrix that keeps lengths and angles, is pulled to the teacher's, normalised.
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/empty.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/smooth_l1_loss.h>
#include <ATen/ops/where.h>
#include <torch/nn/init.h>

#include <tuple>

namespace {

namespace em = kdbench::embeddings;

/// A matrix with orthonormal columns, or rows where there are fewer of them, near `weight`: its QR factor, with the signs by
/// which an orthonormal matrix is its own.
torch::Tensor orthonormal(const torch::Tensor& weight) {
  const bool is_wide = weight.size(0) < weight.size(1);
  const auto [q, r] = at::linalg_qr(is_wide ? weight.t() : weight);
  const auto signs = at::where(r.diagonal().lt(0), -1, 1).to(q.scalar_type());
  return is_wide ? (q * signs).t() : q * signs;
}

class OrthogonalProjection final : public kdbench::Loss {
 public:
  struct Options {
    double weight = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("weight", &Options::weight, "Factor of the term, alpha.", {.min = 0.0});
  }
  OrthogonalProjection(Options options, const kdbench::LossContext& context) : options_(options) {
    const auto weight = at::empty({context.teacher_embedding, context.student_embedding});
    projector_ = register_parameter("projector", torch::nn::init::orthogonal_(weight));
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_embedding = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return em::why_none(context);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto pair = em::embeddings_of(in, "vkd");
    {
      // The optimiser's step leaves the orthonormal matrices; this leads back to them.
      const torch::NoGradGuard no_grad;
      projector_.copy_(orthonormal(projector_));
    }
    const auto target = at::layer_norm(pair.teacher, {pair.teacher.size(1)});
    const auto distance = at::smooth_l1_loss(pair.student.mm(projector_.t()), target);
    return kdbench::LossTerms{{"feature", options_.weight * distance}};
  }

 private:
  Options options_;
  torch::Tensor projector_;
};

}  // namespace

KDBENCH_PLUGIN("vkd", "0.1.0", r) {
  r.loss<OrthogonalProjection>(
      "vkd", {.summary = "An orthogonal projection of the student's embedding imitates the teacher's, layer-normalised.",
              .formula = "weight * mean smooth_l1(W e_student - layer_norm(e_teacher)), W with orthonormal columns or rows",
              .source = "Miles, Elezi, Deng 2024, VkD: Improving Knowledge Distillation using Orthogonal Projections, sec. 3"});
}
