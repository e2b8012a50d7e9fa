// my_loss: mean squared error between the logits (Ba and Caruana 2014). A whole distillation loss in one file.
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

namespace {

class MyLoss final : public kdbench::Loss {
 public:
  struct Options {
    double temperature = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("temperature", &Options::temperature, "Both logits are divided by it.", {.min = 0.1});
  }
  MyLoss(Options options, const kdbench::LossContext&) : options_(options) {}

  kdbench::LossNeeds needs() const override { return {.reads_tau = kdbench::ReadsTau::kNone}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    kdbench::logits::expect_one_shape("my_loss", in);
    return ((in.student.logits - in.teacher.logits) / options_.temperature).square().mean();
  }

 private:
  Options options_;
};

}  // namespace

KDBENCH_PLUGIN("my_loss", "0.1.0", r) {
  r.loss<MyLoss>("my_loss", {.summary = "Mean squared error between the logits.",
                             .formula = "mean_nk ((s_nk - t_nk) / temperature)^2",
                             .source = "Ba, Caruana 2014, Do Deep Nets Really Need to be Deep?"});
}
