// LogitNorm for the network that will teach: cross-entropy of logits of one length.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

class LogitNorm final : public kdbench::Loss {
 public:
  struct Options {
    double temperature = 0.04;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("temperature", &Options::temperature, "The rows of logits get the length 1 / temperature (tau).", {.min = 1e-4});
  }
  LogitNorm(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override {
    return {.teacher = false, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto& logits = in.student.logits;
    const auto length = logits.norm(2, {1}, /*keepdim=*/true) + 1e-7;
    const auto log_p = (logits / (length * options_.temperature)).log_softmax(1);
    return kdbench::LossTerms{{"logit_norm", -kdbench::logits::at_label(log_p, in.labels).mean()}};
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("logit_norm", "0.1.0", r) {
  r.loss<LogitNorm>("logit_norm",
                    {.summary = "Cross-entropy of normalised logits in place of cross-entropy; needs no teacher.",
                     .formula = "-mean_n ln softmax(s / (temperature (|s| + 1e-7)))_y, |s| the length of the row of logits",
                     .source = "Wei et al. 2022, Mitigating Neural Network Overconfidence with Logit Normalization"});
}
