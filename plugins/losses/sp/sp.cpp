// SP: which images of a batch look alike to the student, and which to the teacher, should be the same.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace fm = kdbench::feature_maps;

/// How alike the images are: the inner products of their maps, every row as a vector of length 1, [N, N].
torch::Tensor similarity(const torch::Tensor& map) {
  const auto rows = map.flatten(1);
  return fm::unit(rows.mm(rows.t()), 1);
}

class SimilarityPreserving final : public kdbench::Loss {
 public:
  struct Options {
    std::string stages = "last";
    double weight = 3000.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("stages", &Options::stages, "last: the deepest map of each network; after_stem: the sum over f1, f2, ...",
          {.choices = {"last", "after_stem"}})
        .add("weight", &Options::weight, "Factor of the term, gamma.", {.min = 0.0});
  }
  SimilarityPreserving(Options options, const kdbench::LossContext& context)
      : weight_(options.weight), pairs_(stages(options, context).pairs) {}

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options& options, const kdbench::LossContext& context) {
    return stages(options, context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto distance = fm::sum_over(pairs_, [&](const fm::StagePair& pair) {
      const auto maps = fm::maps_of(in, pair, "sp");
      return (similarity(maps.student) - similarity(maps.teacher)).square().mean();
    });
    return kdbench::LossTerms{{"similarity", weight_ * distance}};
  }

 private:
  static fm::StagePairs stages(const Options& options, const kdbench::LossContext& context) {
    return fm::pair_stages(context, options.stages == "last" ? fm::Stages::kLast : fm::Stages::kAfterStem);
  }

  double weight_;
  std::vector<fm::StagePair> pairs_;
};

}  // namespace

KDBENCH_PLUGIN("sp", "0.1.0", r) {
  r.loss<SimilarityPreserving>(
      "sp", {.summary = "Similarity-preserving: which images of a batch look alike to each network.",
             .formula = "weight * 1/N^2 |G_student - G_teacher|_F^2, G = rows of X X^T by their lengths, X the maps as N rows",
             .source = "Tung, Mori 2019, Similarity-Preserving Knowledge Distillation, sec. 3"});
}
