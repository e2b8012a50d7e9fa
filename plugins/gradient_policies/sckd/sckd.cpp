// SCKD: a term that pulls against cross-entropy is left out of the step.
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/dot.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/mul.h>

namespace {

using torch::Tensor;

class Sckd final : public kdbench::GradientPolicy {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  Sckd(Options, const kdbench::GradientContext&) {}

  Tensor combine(const kdbench::GradientInputs& in) override {
    const auto& first = in.terms.front();
    auto sum = first.gradient.clone();
    const bool has_task = first.name == "ce";
    for (std::size_t i = 1; i < in.terms.size(); ++i) {
      const auto& gradient = in.terms[i].gradient;
      sum.add_(has_task ? gradient * at::dot(gradient, first.gradient).ge(0) : gradient);
    }
    return sum;
  }
};

}  // namespace

KDBENCH_PLUGIN("sckd", "0.1.0", r) {
  r.gradient_policy<Sckd>("sckd", {.summary = "Leaves out each term whose gradient points away from that of cross-entropy.",
                                   .formula = "g = g_ce + sum_i [cos(g_i, g_ce) >= 0] g_i",
                                   .source = "Zhu, Wang 2021, Student Customized Knowledge Distillation, sec. 3"});
}
