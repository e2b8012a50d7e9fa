// A loss and a model that are built twice under one version, with another number: what an author does who mends a formula and
// forgets to raise the version.
#pragma once
#include <kdbench/sdk/plugin.h>

#include <ATen/Functions.h>

namespace rebuilt {

/// kNumber times the mean squared error between the logits.
template <int kNumber>
class ScaledMse final : public kdbench::Loss {
 public:
  struct Options {
    bool unused = false;
  };
  static void declare(kdbench::Params<Options>& p) { p.add("unused", &Options::unused, "Changes nothing."); }
  ScaledMse(Options, const kdbench::LossContext&) {}

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    return kNumber * (in.student.logits - in.teacher.logits).square().mean();
  }
};

/// One layer, whose outputs are multiplied by kNumber.
template <int kNumber>
class ScaledLinear final : public kdbench::Model {
 public:
  struct Options {
    bool unused = false;
  };
  static void declare(kdbench::Params<Options>& p) { p.add("unused", &Options::unused, "Changes nothing."); }
  ScaledLinear(Options, const kdbench::ModelContext& context) {
    const auto inputs = context.image.channels * context.image.height * context.image.width;
    weight_ = register_parameter("weight", at::randn({inputs, context.num_classes}) * 0.1);
  }

  kdbench::ModelOutput forward(const torch::Tensor& images) override {
    kdbench::ModelOutput out;
    out.logits = kNumber * images.flatten(1).matmul(weight_);
    return out;
  }

 private:
  torch::Tensor weight_;
};

/// Registers both.
template <int kNumber>
void register_all(kdbench::Registrar& r) {
  r.loss<ScaledMse<kNumber>>("scaled_mse", {.summary = "A number times the squared error of the logits."});
  r.model<ScaledLinear<kNumber>>("scaled_linear", {.summary = "One layer, times a number."});
}

}  // namespace rebuilt
