// AB: a neuron of the student is active where the teacher's is, by a margin, whatever the size of its activation.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <cmath>

namespace {

namespace fm = kdbench::feature_maps;
using kdbench::connectors::Regressor;

class ActivationBoundaries final : public kdbench::Loss {
 public:
  struct Options {
    double margin = 1.0;
    double weight = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("margin", &Options::margin, "How far on its side of 0 a neuron of the student is asked to be, mu.", {.min = 0.0})
        .add("weight", &Options::weight, "Factor of the term.", {.min = 0.0});
  }
  ActivationBoundaries(Options options, const kdbench::LossContext& context)
      : options_(options), pairs_(stages(context).pairs), connectors_(pairs_.size()) {
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const auto& [s, t] = pairs_[i];
      if (fm::have_one_shape(s, t)) continue;
      connectors_[i] = register_module(s.name, std::make_shared<Regressor>(s, t, /*relu=*/false));
    }
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return stages(context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    double part = std::exp2(1.0 - static_cast<double>(pairs_.size()));  // each stage counts twice as much as the one before
    auto connector = connectors_.begin();
    const auto sum = fm::sum_over(pairs_, [&](const fm::StagePair& pair) {
      const auto maps = fm::preactivations_of(in, pair, "ab");
      const auto student = *connector ? (*connector)->forward(maps.student) : maps.student;
      ++connector;
      const auto term = part * violation(student, maps.teacher) / static_cast<double>(student.size(0));
      part *= 2;
      return term;
    });
    return kdbench::LossTerms{{"boundary", options_.weight * kScale * sum}};
  }

 private:
  static constexpr double kScale = 3.0 / 1000;

  /// The squared distance of every neuron from its side's margin, where it is not beyond it.
  torch::Tensor violation(const torch::Tensor& student, const torch::Tensor& teacher) const {
    const auto m = options_.margin;
    const auto is_active = teacher.gt(0);
    const auto too_high = (student + m).square() * (student.gt(-m) & ~is_active);
    const auto too_low = (student - m).square() * (student.le(m) & is_active);
    return (too_high + too_low).sum();
  }

  static fm::StagePairs stages(const kdbench::LossContext& context) {
    auto found = fm::pair_stages(context, fm::Stages::kAfterStem);
    for (const auto& [s, t] : found.pairs) {
      const auto why = fm::have_one_shape(s, t) ? std::string() : kdbench::connectors::why_no_regressor(s, t);
      if (!why.empty()) return {{}, why};
    }
    return found;
  }

  Options options_;
  std::vector<fm::StagePair> pairs_;
  std::vector<std::shared_ptr<Regressor>> connectors_;  ///< by pair; nothing where the two maps have one shape
};

}  // namespace

KDBENCH_PLUGIN("ab", "0.1.0", r) {
  r.loss<ActivationBoundaries>(
      "ab", {.summary = "Activation boundaries: the student's neurons are active where the teacher's are.",
             .formula = "weight * 3/1000 sum_k 2^(k-n) 1/N sum [(s + m)^2 1(s > -m, t <= 0) + (s - m)^2 1(s <= m, t > 0)], k = "
                        "1..n stages, s and t before the activation",
             .source = "Heo, Lee, Yun, Choi 2019, Knowledge Transfer via Distillation of Activation Boundaries, sec. 3; "
                       "constants as in the authors' and the CRD code"});
}
