// RKD: distances between images, and angles at images, are those of the teacher's embeddings.
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/eye.h>
#include <ATen/ops/smooth_l1_loss.h>

#include <algorithm>

namespace {

namespace em = kdbench::embeddings;

/// x_j - x_i of all pairs of rows, [N, N, D] at (i, j).
torch::Tensor all_differences(const torch::Tensor& x) { return x.unsqueeze(0) - x.unsqueeze(1); }

/// Distances divided by their mean over the pairs of two images, [N, N]; 0 from an image to itself.
torch::Tensor distances(const torch::Tensor& differences) {
  const auto n = differences.size(0);
  const auto others = 1 - at::eye(n, differences.options());
  const auto d = differences.square().sum(2).clamp_min(1e-12).sqrt() * others;
  const auto mean = d.sum() / static_cast<double>(std::max<std::int64_t>(n * (n - 1), 1));
  return d / mean.clamp_min(1e-12);
}

/// Cosines of the angles at image i between images j and k, [N, N, N].
torch::Tensor angles(const torch::Tensor& differences) {
  const auto e = kdbench::feature_maps::unit(differences, 2);
  return e.bmm(e.transpose(1, 2));
}

class RelationalKd final : public kdbench::Loss {
 public:
  struct Options {
    double distance_weight = 25.0;
    double angle_weight = 50.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("distance_weight", &Options::distance_weight, "Factor of the distances, lambda_RKD-D.", {.min = 0.0})
        .add("angle_weight", &Options::angle_weight, "Factor of the angles, lambda_RKD-A.", {.min = 0.0});
  }
  RelationalKd(Options options, const kdbench::LossContext&) : options_(options) {}

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_embedding = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return em::why_none(context);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto pair = em::embeddings_of(in, "rkd");
    const auto student = all_differences(pair.student), teacher = all_differences(pair.teacher);
    std::vector<std::pair<std::string, torch::Tensor>> terms;
    const auto add = [&](const char* name, double weight, auto relation) {
      if (weight > 0) terms.emplace_back(name, weight * at::smooth_l1_loss(relation(student), relation(teacher)));
    };
    add("distance", options_.distance_weight, distances);
    add("angle", options_.angle_weight, angles);
    return terms;
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("rkd", "0.1.0", r) {
  r.loss<RelationalKd>(
      "rkd", {.summary = "Relational KD: distances between images and angles at images.",
              .formula = "distance_weight mean_ij h(d^s_ij - d^t_ij) + angle_weight mean_ijk h(cos^s_ijk - cos^t_ijk), h = "
                         "smooth L1, d = |x_i - x_j| / mean, cos_ijk = angle at x_i between x_j and x_k",
              .source = "Park, Kim, Lu, Cho 2019, Relational Knowledge Distillation, sec. 3"});
}
