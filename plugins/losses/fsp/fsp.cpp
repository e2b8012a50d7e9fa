// FSP: how one stage's channels go together with those of the next, for the student as for the teacher.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/mse_loss.h>

namespace {

namespace fm = kdbench::feature_maps;

/// Inner products of the channels of two maps of one network over their places, [N, C, C'].
torch::Tensor flow(const torch::Tensor& first, const torch::Tensor& second) {
  const auto [a, b] = fm::pooled_to_smaller({first, second});
  const auto places = static_cast<double>(a.size(2) * a.size(3));
  return a.flatten(2).bmm(b.flatten(2).transpose(1, 2)) / places;
}

class FlowOfSolution final : public kdbench::Loss {
 public:
  struct Options {
    double weight = 50.0;
  };
  static void declare(kdbench::Params<Options>& p) { p.add("weight", &Options::weight, "Factor of the term.", {.min = 0.0}); }
  FlowOfSolution(Options options, const kdbench::LossContext& context) : options_(options), pairs_(stages(context).pairs) {}

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return stages(context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    auto first = fm::maps_of(in, pairs_.front(), "fsp");
    torch::Tensor sum;
    for (std::size_t i = 1; i < pairs_.size(); ++i) {
      const auto second = fm::maps_of(in, pairs_[i], "fsp");
      const auto term = at::mse_loss(flow(first.student, second.student), flow(first.teacher, second.teacher));
      sum = sum.defined() ? sum + term : term;
      first = second;
    }
    return kdbench::LossTerms{{"flow", options_.weight * sum}};
  }

 private:
  static fm::StagePairs stages(const kdbench::LossContext& context) {
    auto found = fm::pair_stages(context, fm::Stages::kAll);
    if (!found.reason.empty()) return found;
    if (found.pairs.size() < 2) return {{}, "expected two stages, found one map alone; use deeper models"};
    for (const auto& [s, t] : found.pairs) {
      if (s.channels == t.channels) continue;
      return {{},
              "expected maps of as many channels, found the student's " + fm::to_text(s) + " and the teacher's " +
                  fm::to_text(t) + ": their flow matrices have other sizes; choose networks of one width"};
    }
    return found;
  }

  Options options_;
  std::vector<fm::StagePair> pairs_;
};

}  // namespace

KDBENCH_PLUGIN("fsp", "0.1.0", r) {
  r.loss<FlowOfSolution>(
      "fsp",
      {.summary = "Flow of the solution procedure: how channels of consecutive stages go together.",
       .formula = "weight * sum_stages mean (G_student - G_teacher)^2, G_ij = mean_hw F_i F'_j, F' the stage after F",
       .source = "Yim, Joo, Bae, Kim 2017, A Gift from Knowledge Distillation, eqs. 1 and 2; constants as in the CRD code"});
}
