// OFD: the student's maps before the activation are pulled to the teacher's, which a margin cuts off where they are negative.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/maximum.h>
#include <ATen/ops/special_ndtr.h>
#include <ATen/ops/where.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <cmath>

namespace {

namespace fm = kdbench::feature_maps;
namespace nn = torch::nn;
using torch::Tensor;

/// What a channel is on average where it is negative, if batch norm makes it a Gaussian: E[x | x < 0], x from N(shift, scale^2).
/// Where fewer than one in a thousand are, three deviations below 0. [1, C, 1, 1].
Tensor margin_of(const kdbench::NormAffine& norm) {
  const auto mean = norm.shift.detach().to(torch::kFloat64);
  const auto deviation = norm.scale.detach().to(torch::kFloat64).abs().clamp_min(1e-12);
  const auto z = mean / deviation;
  const auto negative = at::special_ndtr(-z);
  const auto density = (-z.square() / 2).exp() / std::sqrt(2 * M_PI);
  return at::where(negative.gt(1e-3), mean - deviation * density / negative, -3 * deviation)
      .to(torch::kFloat32)
      .view({1, -1, 1, 1});
}

/// A 1 x 1 convolution to the teacher's channels, and batch norm.
class Connector : public nn::Module {
 public:
  Connector(std::int64_t in, std::int64_t out)
      : conv_(register_module("conv", nn::Conv2d(nn::Conv2dOptions(in, out, 1).bias(false)))),
        norm_(register_module("bn", nn::BatchNorm2d(out))) {
    const torch::NoGradGuard no_grad;
    conv_->weight.normal_(0, std::sqrt(2.0 / static_cast<double>(out)));
  }
  Tensor forward(const Tensor& map) {
    const auto led = conv_(map);
    kdbench::connectors::expect_variance(led, "connector");
    return norm_(led);
  }

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
};

class Overhaul final : public kdbench::Loss {
 public:
  struct Options {
    double weight = 1e-3;
  };
  static void declare(kdbench::Params<Options>& p) { p.add("weight", &Options::weight, "Factor of the term.", {.min = 0.0}); }
  Overhaul(Options options, const kdbench::LossContext& context) : options_(options), pairs_(stages(context).pairs) {
    for (const auto& [s, t] : pairs_) {
      connectors_.push_back(register_module(s.name, std::make_shared<Connector>(s.channels, t.channels)));
      margins_.push_back(register_buffer("margin_" + t.name, margin_of(*t.norm)));
    }
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return stages(context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    double part = std::exp2(1.0 - static_cast<double>(pairs_.size()));  // each stage counts twice as much as the one before
    std::size_t i = 0;
    const auto sum = fm::sum_over(pairs_, [&](const fm::StagePair& pair) {
      const auto maps = fm::pooled_to_smaller(fm::preactivations_of(in, pair, "ofd"));
      const auto term = part * partial_distance(connectors_[i]->forward(maps.student), maps.teacher, margins_[i]);
      part *= 2;
      ++i;
      return term;
    });
    return kdbench::LossTerms{{"feature", options_.weight * sum}};
  }

 private:
  /// The squares of an image, their mean over images. Where the target is negative and the student lower still, all is well.
  static Tensor partial_distance(const Tensor& student, const Tensor& teacher, const Tensor& margin) {
    const auto target = at::maximum(teacher, margin);
    const auto counts = student.gt(target) | target.gt(0);
    return ((student - target).square() * counts).sum() / static_cast<double>(student.size(0));
  }

  static fm::StagePairs stages(const kdbench::LossContext& context) {
    auto found = fm::pair_stages(context, fm::Stages::kAfterStem);
    for (const auto& [s, t] : found.pairs) {
      if (t.norm) continue;
      return {{},
              "expected the batch norm before the activation of the teacher's " + fm::to_text(t) +
                  ", which the margin comes from, found none; use a teacher whose feature_norms() tell it"};
    }
    return found;
  }

  Options options_;
  std::vector<fm::StagePair> pairs_;
  std::vector<std::shared_ptr<Connector>> connectors_;
  std::vector<Tensor> margins_;
};

}  // namespace

KDBENCH_PLUGIN("ofd", "0.1.0", r) {
  r.loss<Overhaul>(
      "ofd",
      {.summary = "Overhaul of feature distillation: maps before the activation, with a margin from the teacher's batch norm.",
       .formula = "weight * sum_k 2^(k-n) 1/N sum d(r(s), max(t, m)), d(s, t) = 0 if s <= t <= 0 else (s - t)^2, m = E[t | t "
                  "< 0], r = batch_norm(conv 1 x 1), k = 1..n stages",
       .source = "Heo et al. 2019, A Comprehensive Overhaul of Feature Distillation, sec. 3"});
}
