// NST: the distribution of the student's channels, as patterns over the places of a map, is matched to that of the teacher's.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

namespace {

namespace fm = kdbench::feature_maps;

/// The mean over images and pairs of channels of <x_c, y_c'>^2, for vectors [N, C, H * W] and [N, C', H * W].
torch::Tensor mean_kernel(const torch::Tensor& x, const torch::Tensor& y) { return x.bmm(y.transpose(1, 2)).square().mean(); }

class NeuronSelectivity final : public kdbench::Loss {
 public:
  struct Options {
    double weight = 50.0;
  };
  static void declare(kdbench::Params<Options>& p) { p.add("weight", &Options::weight, "Factor of the term.", {.min = 0.0}); }
  NeuronSelectivity(Options options, const kdbench::LossContext& context) : options_(options), pairs_(stages(context).pairs) {}

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return stages(context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto discrepancy = fm::sum_over(pairs_, [&](const fm::StagePair& pair) {
      const auto maps = fm::pooled_to_smaller(fm::maps_of(in, pair, "nst"));
      const auto s = fm::unit(maps.student.flatten(2), 2), t = fm::unit(maps.teacher.flatten(2), 2);
      return mean_kernel(t, t) + mean_kernel(s, s) - 2 * mean_kernel(s, t);
    });
    return kdbench::LossTerms{{"discrepancy", options_.weight * discrepancy}};
  }

 private:
  static fm::StagePairs stages(const kdbench::LossContext& context) { return fm::pair_stages(context, fm::Stages::kAfterStem); }

  Options options_;
  std::vector<fm::StagePair> pairs_;
};

}  // namespace

KDBENCH_PLUGIN("nst", "0.1.0", r) {
  r.loss<NeuronSelectivity>(
      "nst", {.summary = "Neuron selectivity transfer: the two networks' channels as samples of one distribution.",
              .formula = "weight * sum_stages (mean k(t, t) + mean k(s, s) - 2 mean k(s, t)), k(x, y) = <x, y>^2, s and t the "
                         "channels of an image as vectors of length 1",
              .source = "Huang, Wang 2017, Like What You Like: Knowledge Distill via Neuron Selectivity Transfer, sec. 4, with "
                        "the polynomial kernel d = 2, c = 0"});
}
