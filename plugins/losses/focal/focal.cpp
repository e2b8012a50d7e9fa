// Focal loss for the network that will teach: cross-entropy that counts less the surer the network is of the label.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/full_like.h>

namespace {

class Focal final : public kdbench::Loss {
 public:
  struct Options {
    std::string kind = "focal";
    double gamma = 3.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("kind", &Options::kind, "focal: one power; flsd: 5 where the label has less than 0.2, 'gamma' elsewhere (FLSD-53).",
          {.choices = {"focal", "flsd"}})
        .add("gamma", &Options::gamma, "Power of 1 - p_y; 0: cross-entropy.", {.min = 0.0});
  }
  Focal(Options options, const kdbench::LossContext&) : options_(std::move(options)) {}

  kdbench::LossNeeds needs() const override {
    return {.teacher = false, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto label_and_rest = kdbench::logits::against_others(in.student.logits.log_softmax(1), in.labels);
    const auto label = label_and_rest.select(1, 0), rest = label_and_rest.select(1, 1);
    // The power is taken of the logarithm: for gamma < 1 that of 1 - p_y has an infinite derivative at 0.
    return kdbench::LossTerms{{"focal", -((power(label) * rest).exp() * label).mean()}};
  }

 private:
  static constexpr double kHardBelow = 0.2, kHardPower = 5.0;

  /// Of each image, [N], by ln p_y.
  torch::Tensor power(const torch::Tensor& label) const {
    const auto gamma = at::full_like(label.detach(), options_.gamma);
    return options_.kind == "focal" ? gamma : gamma.masked_fill(label.exp().lt(kHardBelow), kHardPower);
  }

  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("focal", "0.1.0", r) {
  r.loss<Focal>("focal",
                {.summary = "Focal loss and FLSD-53 in place of cross-entropy, for calibrated teachers; needs no teacher.",
                 .formula = "-mean_n (1 - p_y)^g ln p_y, p = softmax(s), g = gamma; flsd: g = 5 where p_y < 0.2",
                 .source = "Lin et al. 2017, Focal Loss for Dense Object Detection; Mukhoti et al. 2020, Calibrating Deep "
                           "Neural Networks using Focal Loss"});
}
