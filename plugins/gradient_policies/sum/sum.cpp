// The gradient of the sum, made of the terms' gradients one by one.
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/add.h>

namespace {

class Sum final : public kdbench::GradientPolicy {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}
  Sum(Options, const kdbench::GradientContext&) {}

  torch::Tensor combine(const kdbench::GradientInputs& in) override {
    auto sum = in.terms.front().gradient.clone();
    for (std::size_t i = 1; i < in.terms.size(); ++i) sum.add_(in.terms[i].gradient);
    return sum;
  }
};

}  // namespace

KDBENCH_PLUGIN("sum", "0.1.0", r) {
  r.gradient_policy<Sum>("sum", {.summary = "Adds the terms' gradients: what a training without a policy does, up to rounding.",
                                 .formula = "g = sum_i g_i",
                                 .source = "Hinton, Vinyals, Dean 2015"});
}
