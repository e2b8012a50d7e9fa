// DOT: cross-entropy and distillation each have a momentum of their own, and distillation's is the longer one.
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/add.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/zeros.h>

#include <string>

namespace {

using torch::Tensor;

class Dot final : public kdbench::GradientPolicy {
 public:
  struct Options {
    double delta = 0.075;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("delta", &Options::delta,
          "By how much the momentum of the distillation terms is above the recipe's, and that of cross-entropy below it.",
          {.min = 0.0, .max = 0.5});
  }
  Dot(Options options, const kdbench::GradientContext& context)
      : options_(options),
        momentum_(context.momentum),
        task_(register_buffer("task", at::zeros({context.num_parameters}))),
        distillation_(register_buffer("distillation", at::zeros({context.num_parameters}))) {}

  std::optional<std::string> unsupported(const kdbench::GradientContext& context) const override {
    if (context.momentum == 0) return "it splits the momentum of SGD, and the optimiser has none; set train.momentum";
    if (context.momentum + options_.delta < 1 && context.momentum >= options_.delta) return std::nullopt;
    return "momentum +- delta must lie in [0, 1): found " + std::to_string(context.momentum) + " +- " +
           std::to_string(options_.delta);
  }

  // The optimiser keeps v = momentum * v + g. With this g its v is the sum of both of ours, whatever they were.
  Tensor combine(const kdbench::GradientInputs& in) override {
    auto sum = (distillation_ - task_).mul_(options_.delta);
    task_.mul_(momentum_ - options_.delta);
    distillation_.mul_(momentum_ + options_.delta);
    for (const auto& [name, gradient] : in.terms) {
      (name == "ce" ? task_ : distillation_).add_(gradient);
      sum.add_(gradient);
    }
    return sum;
  }

 private:
  Options options_;
  double momentum_;
  Tensor task_, distillation_;
};

}  // namespace

KDBENCH_PLUGIN("dot", "0.1.0", r) {
  r.gradient_policy<Dot>("dot",
                         {.summary = "Momenta of their own for cross-entropy and distillation, the latter's longer.",
                          .formula = "v_ce = (m - delta) v_ce + g_ce; v_kd = (m + delta) v_kd + g_kd; theta -= lr (v_ce + v_kd)",
                          .source = "Zhao et al. 2023, DOT: A Distillation-Oriented Trainer, eq. 5 and 6"});
}
