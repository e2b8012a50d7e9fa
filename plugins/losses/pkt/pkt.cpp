// PKT: with which probability an image takes another for its neighbour, by the cosine of their embeddings.
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace em = kdbench::embeddings;

constexpr double kEps = 1e-7;

/// Rows of (cosine + 1) / 2 divided by their sums, [N, N].
torch::Tensor neighbours(const torch::Tensor& embedding) {
  const auto x = embedding / (embedding.norm(2, {1}, /*keepdim=*/true) + kEps);
  const auto kernel = (x.mm(x.t()) + 1) / 2;
  return kernel / kernel.sum(1, /*keepdim=*/true);
}

class ProbabilisticTransfer final : public kdbench::Loss {
 public:
  struct Options {
    double weight = 30000.0;
  };
  static void declare(kdbench::Params<Options>& p) { p.add("weight", &Options::weight, "Factor of the term.", {.min = 0.0}); }
  ProbabilisticTransfer(Options options, const kdbench::LossContext&) : options_(options) {}

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_embedding = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return em::why_none(context);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto pair = em::embeddings_of(in, "pkt");
    const auto s = neighbours(pair.student), t = neighbours(pair.teacher);
    const auto divergence = (t * ((t + kEps) / (s + kEps)).log()).mean();
    return kdbench::LossTerms{{"neighbours", options_.weight * divergence}};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("pkt", "0.1.0", r) {
  r.loss<ProbabilisticTransfer>(
      "pkt",
      {.summary = "Probabilistic knowledge transfer: which images of a batch are neighbours, as a distribution.",
       .formula = "weight * mean_ij t_ij ln((t_ij + eps) / (s_ij + eps)), s and t rows of (cos(x_i, x_j) + 1) / 2 by their "
                  "sums, eps = 1e-7",
       .source = "Passalis, Tefas 2018, Learning Deep Representations with Probabilistic Knowledge Transfer, sec. 3"});
}
