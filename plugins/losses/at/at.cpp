// AT: the places where the student's maps are large are pulled to those where the teacher's are.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/mse_loss.h>

namespace {

namespace fm = kdbench::feature_maps;

class AttentionTransfer final : public kdbench::Loss {
 public:
  struct Options {
    double p = 2.0;
    double weight = 1000.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("p", &Options::p, "Power of the activations that are averaged over the channels.", {.min = 1.0})
        .add("weight", &Options::weight, "Factor of the term.", {.min = 0.0});
  }
  AttentionTransfer(Options options, const kdbench::LossContext& context) : options_(options), pairs_(stages(context).pairs) {}

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return stages(context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto distance = fm::sum_over(pairs_, [&](const fm::StagePair& pair) {
      const auto maps = fm::pooled_to_smaller(fm::maps_of(in, pair, "at"));
      return at::mse_loss(fm::attention(maps.student, options_.p), fm::attention(maps.teacher, options_.p));
    });
    return kdbench::LossTerms{{"attention", options_.weight * distance}};
  }

 private:
  static fm::StagePairs stages(const kdbench::LossContext& context) { return fm::pair_stages(context, fm::Stages::kAfterStem); }

  Options options_;
  std::vector<fm::StagePair> pairs_;
};

}  // namespace

KDBENCH_PLUGIN("at", "0.1.0", r) {
  r.loss<AttentionTransfer>(
      "at", {.summary = "Attention transfer: where the student's maps are large, and where the teacher's are.",
             .formula = "weight * sum_stages mean_n,hw (A_student - A_teacher)^2, A = a / |a|, a_hw = mean_c |F_chw|^p",
             .source = "Zagoruyko, Komodakis 2017, Paying More Attention to Attention, sec. 3.1; constants as in the CRD code"});
}
