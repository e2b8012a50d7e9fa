// A Wasserstein distance between predictions: probability is moved cheaply between classes that the teacher holds for alike.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/logits.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/matmul.h>

#include <limits>

namespace {

namespace logits = kdbench::logits;
using kdbench::LossContext;
using torch::Tensor;

class WkdL final : public kdbench::Loss {
 public:
  struct Options {
    double weight = 600.0;
    double regularisation = 0.05;
    std::int64_t iterations = 10;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("weight", &Options::weight, "Factor of the transport cost.", {.min = 0.0})
        .add("regularisation", &Options::regularisation, "Of the entropic transport problem (eta).", {.min = 1e-3})
        .add("iterations", &Options::iterations, "Of Sinkhorn's algorithm, through which the gradient goes.", {.min = 1.0});
  }
  WkdL(Options options, const LossContext& context) : options_(options) {
    const auto& weight = context.teacher_classifier.weight;
    const auto classes = context.num_classes;
    // The host refuses a teacher without a classifier; a golden case gives the costs themselves.
    const auto none = at::full({classes, classes}, std::numeric_limits<float>::quiet_NaN());
    cost_ = register_buffer("cost", weight.defined() ? cost_of(weight.detach()) : none);
  }

  static kdbench::LossNeeds needs(const Options&, const LossContext&) { return {.teacher_classifier = true, .repeatable = true}; }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    logits::expect_one_shape("wkd_l", in);
    const auto taught = logits::at_label(in.teacher.logits.softmax(1), in.labels);
    const auto target = -(taught * logits::at_label(in.student.logits.log_softmax(1), in.labels)).mean();
    const auto column = in.labels.unsqueeze(1);
    const auto others = [&](const Tensor& z) {
      return z.scatter(1, column, -std::numeric_limits<double>::infinity()).softmax(1);
    };
    const auto moved = transport(others(in.teacher.logits / in.tau_teacher), others(in.student.logits / in.tau_student), column);
    return {{"target", target}, {"transport", options_.weight * moved.mean()}};
  }

 private:
  static constexpr double kEps = 1e-8;

  static Tensor cost_of(const Tensor& weight) {
    const auto rows = kdbench::feature_maps::unit(weight, 1);
    return 1 - (at::matmul(rows, rows.t()) - 1).exp();
  }

  /// Cost of leading the first distributions to the second, [N]. Both are [N, K] and 0 at the label, which takes no part then.
  Tensor transport(const Tensor& from, const Tensor& to, const Tensor& label) const {
    const auto cost = cost_.clamp_min(0) + kEps;
    const auto kernel = (-cost / options_.regularisation).exp();
    Tensor u, v = at::full_like(from, 1.0 / static_cast<double>(from.size(1) - 1)).scatter(1, label, 0.0);
    for (std::int64_t i = 0; i < options_.iterations; ++i) {
      u = from / (at::matmul(v, kernel.t()) + kEps);
      v = to / (at::matmul(u, kernel) + kEps);
    }
    return (u * at::matmul(v, (kernel * cost).t())).sum(1);
  }

  Options options_;
  Tensor cost_;
};

}  // namespace

KDBENCH_PLUGIN("wkd_l", "0.1.0", r) {
  r.loss<WkdL>("wkd_l",
               {.summary = "Optimal transport between predictions, cheap between classes that the teacher holds for alike.",
                .formula = "-mean_n p_t,y ln p_s,y + weight mean_n <P_n, M>, P_n by Sinkhorn from q_t to q_s at cost M = "
                           "1 - exp(cos - 1) of the teacher's class weights, q = softmax(logits / tau) without y",
                .source = "Lv, Yang, Li 2024, Wasserstein Distance Rivals Kullback-Leibler Divergence for Knowledge "
                          "Distillation, WKD-L"});
}
