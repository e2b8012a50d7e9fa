// Dual focal loss for the network that will teach: focal loss that looks at the next likely class as well.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <tuple>

namespace {

class DualFocal final : public kdbench::Loss {
 public:
  struct Options {
    double gamma = 5.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("gamma", &Options::gamma, "Power of 1 - p_y + p_j; 0: cross-entropy.", {.min = 0.0});
  }
  DualFocal(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override {
    return {.teacher = false, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto log_p = in.student.logits.log_softmax(1);
    const auto label_and_rest = kdbench::logits::against_others(log_p, in.labels);
    const auto label = label_and_rest.select(1, 0), rest = label_and_rest.select(1, 1);
    const auto not_below = log_p.ge(label.unsqueeze(1));
    const auto next = std::get<0>(log_p.exp().masked_fill(not_below, 0.0).max(1));
    // For gamma < 1 a power of 0 has no derivative.
    const auto gap = (rest.exp() + next).clamp_min(1e-30);
    return kdbench::LossTerms{{"dual_focal", -(gap.pow(options_.gamma) * label).mean()}};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("dual_focal", "0.1.0", r) {
  r.loss<DualFocal>("dual_focal",
                    {.summary = "Dual focal loss in place of cross-entropy, for calibrated teachers; needs no teacher.",
                     .formula = "-mean_n (1 - p_y + p_j)^gamma ln p_y, p = softmax(s), p_j the largest below p_y, or 0",
                     .source = "Tao, Dong, Xu 2023, Dual Focal Loss for Calibration"});
}
