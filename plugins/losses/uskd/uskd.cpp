// Universal self-distillation: soft labels without a teacher, from the student itself and a weak head on its middle map.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <torch/nn/modules/linear.h>

#include <optional>
#include <tuple>

namespace {

namespace logits = kdbench::logits;
using kdbench::LossContext;
using torch::Tensor;

class Uskd final : public kdbench::Loss {
 public:
  struct Options {
    double target_weight = 0.1;
    double nontarget_weight = 0.1;
    double weak_weight = 0.1;
    std::string map;
    std::string variant = "paper";
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("target_weight", &Options::target_weight, "Weight of the label (alpha).", {.min = 0.0})
        .add("nontarget_weight", &Options::nontarget_weight, "Weight of the other classes (beta).", {.min = 0.0})
        .add("weak_weight", &Options::weak_weight, "Weight of the weak head's cross-entropy (mu).", {.min = 0.0})
        .add("map", &Options::map, "Student's feature map under the weak head; empty: the middle one (f2 of f0 to f3).")
        .add("variant", &Options::variant,
             "What the classes are ranked by: paper, the student's probabilities; authors, their logarithms.",
             {.choices = {"paper", "authors"}});
  }
  Uskd(Options options, const LossContext& context) : options_(std::move(options)) {
    if (const auto* map = find(options_, context)) {
      map_ = map->name;
      weak_ = register_module("weak", torch::nn::Linear(map->channels, context.num_classes));
    }
  }

  static kdbench::LossNeeds needs(const Options&, const LossContext&) {
    return {.teacher = false, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone, .stops_gradient = true};
  }
  static std::optional<std::string> unsupported(const Options& options, const LossContext& context) {
    if (find(options, context)) return std::nullopt;
    if (context.student.empty()) return "expected feature maps, found none of the student; use a model that has them";
    return "the student has no feature map '" + options.map + "'; it has " + context.student.front().name + " to " +
           context.student.back().name + "; set 'map' to one of them, or leave it out";
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    if (!weak_) throw kdbench::Error("uskd: the student has no feature map for the weak head");
    const auto weak = weak_logits(in).log_softmax(1), student = in.student.logits.log_softmax(1);
    const auto label = logits::at_label(student, in.labels);
    const auto square = label.detach().exp().square();
    const auto others = logits::without_label(in.student.logits, in.labels).log_softmax(1);
    const auto soft = soft_labels(student.detach(), weak.detach(), in.labels);
    return {{"target", -options_.target_weight * ((square + 1 - square.mean()) * label).mean()},
            {"nontarget", -options_.nontarget_weight * (soft * others).sum(1).mean()},
            {"weak", options_.weak_weight * smoothed_cross_entropy(weak, in.labels)}};
  }

 private:
  static constexpr double kSmoothing = 0.1;

  static const kdbench::FeatureShape* find(const Options& options, const LossContext& context) {
    for (const auto& map : context.student) {
      if (map.name == (options.map.empty() ? context.student[context.student.size() / 2].name : options.map)) return &map;
    }
    return nullptr;
  }

  /// Of the head on the mean of the map, [N, K].
  Tensor weak_logits(const kdbench::LossInputs& in) {
    const auto map = kdbench::feature_maps::map_of(in.student.features, map_, "uskd", "student");
    return kdbench::feature_maps::widened(weak_->forward(map.reshape({map.size(0), map.size(1), -1}).mean(2)));
  }

  /// The inverse of each class's rank, normalised over the classes without the label, [N, K - 1].
  Tensor soft_labels(const Tensor& student, const Tensor& weak, const Tensor& labels) const {
    const auto relative = [&](const Tensor& score) {
      return score / (1 - logits::at_label(score, labels)).clamp_min(1e-7).unsqueeze(1);
    };
    const auto score = relative(weak.exp()) + relative(options_.variant == "authors" ? student : student.exp());
    const auto place = std::get<1>(score.sort(/*stable=*/true, /*dim=*/1, /*descending=*/true)).argsort(std::int64_t{1});
    const auto inverse = logits::without_label((place + 1).to(student.scalar_type()).reciprocal(), labels);
    return inverse / inverse.sum(1, /*keepdim=*/true);
  }

  static Tensor smoothed_cross_entropy(const Tensor& log_p, const Tensor& labels) {
    return -((1 - kSmoothing) * logits::at_label(log_p, labels) + kSmoothing * log_p.mean(1)).mean();
  }

  Options options_;
  std::string map_;
  torch::nn::Linear weak_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("uskd", "0.1.0", r) {
  r.loss<Uskd>(
      "uskd", {.summary = "Self-distillation: soft labels of the student's own and of a weak head; needs no teacher.",
               .formula = "-target_weight mean_n w_n ln p_y - nontarget_weight mean_n sum_k z_k ln q_k + weak_weight CE(weak), "
                          "w = p_y^2 + 1 - mean p_y^2, q = softmax without y, z = 1 / rank of weak + own probability, normalised",
               .source = "Yang et al. 2023, From Knowledge Distillation to Self-Knowledge Distillation: A Unified Approach "
                         "with Normalized Loss and Customized Soft Labels"});
}
