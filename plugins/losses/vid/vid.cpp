// VID: a lower bound of the information that the student's maps hold about the teacher's, by a Gaussian that is learned.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/full.h>
#include <ATen/ops/softplus.h>
#include <torch/nn/modules/conv.h>

#include <cmath>

namespace {

namespace fm = kdbench::feature_maps;
namespace nn = torch::nn;

constexpr double kLeastVariance = 1e-5;

/// q(teacher's map | student's map): the mean by three 1 x 1 convolutions, one variance a channel.
class Guess : public nn::Module {
 public:
  Guess(std::int64_t in, std::int64_t mid, std::int64_t out, double variance) {
    const auto layer = [this](const char* name, std::int64_t from, std::int64_t to) {
      return register_module(name, nn::Conv2d(nn::Conv2dOptions(from, to, 1).bias(false)));
    };
    first_ = layer("conv1", in, mid);
    second_ = layer("conv2", mid, mid);
    third_ = layer("conv3", mid, out);
    const double inverse_softplus = std::log(std::expm1(variance - kLeastVariance));
    log_scale_ = register_parameter("log_scale", at::full({out}, inverse_softplus));
  }

  /// The negative logarithm of its density at the teacher's map without its constant, a mean over all numbers.
  torch::Tensor surprise(const torch::Tensor& student, const torch::Tensor& teacher) {
    const auto mean = third_(second_(first_(student).relu()).relu());
    const auto variance = (at::softplus(log_scale_) + kLeastVariance).view({1, -1, 1, 1});
    return 0.5 * ((mean - teacher).square() / variance + variance.log()).mean();
  }

 private:
  nn::Conv2d first_{nullptr}, second_{nullptr}, third_{nullptr};
  torch::Tensor log_scale_;
};

class VariationalInformation final : public kdbench::Loss {
 public:
  struct Options {
    std::int64_t mid_channels = 0;
    double initial_variance = 5.0;
    double weight = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("mid_channels", &Options::mid_channels, "Channels between the three convolutions; 0: as many as the teacher's map has.",
          {.min = 0})
        .add("initial_variance", &Options::initial_variance, "With which the learned variances begin.", {.min = 1e-4})
        .add("weight", &Options::weight, "Factor of the term.", {.min = 0.0});
  }
  VariationalInformation(Options options, const kdbench::LossContext& context)
      : weight_(options.weight), pairs_(stages(context).pairs) {
    for (const auto& [s, t] : pairs_) {
      const auto mid = options.mid_channels > 0 ? options.mid_channels : t.channels;
      guesses_.push_back(register_module(s.name, std::make_shared<Guess>(s.channels, mid, t.channels, options.initial_variance)));
    }
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return stages(context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    auto guess = guesses_.begin();
    const auto sum = fm::sum_over(pairs_, [&](const fm::StagePair& pair) {
      const auto maps = fm::pooled_to_smaller(fm::maps_of(in, pair, "vid"));
      return (*guess++)->surprise(maps.student, maps.teacher);
    });
    return kdbench::LossTerms{{"information", weight_ * sum}};
  }

 private:
  static fm::StagePairs stages(const kdbench::LossContext& context) { return fm::pair_stages(context, fm::Stages::kAfterStem); }

  double weight_;
  std::vector<fm::StagePair> pairs_;
  std::vector<std::shared_ptr<Guess>> guesses_;
};

}  // namespace

KDBENCH_PLUGIN("vid", "0.1.0", r) {
  r.loss<VariationalInformation>(
      "vid",
      {.summary = "Variational information distillation: the student's maps predict the teacher's, with learned variances.",
       .formula = "weight * sum_stages mean 0.5 ((mu(F_student) - F_teacher)^2 / var_c + ln var_c), var = softplus(a) + "
                  "1e-5, mu three 1 x 1 convolutions with ReLU between them",
       .source = "Ahn, Hu, Damianou, Lawrence, Dai 2019, Variational Information Distillation for Knowledge Transfer, "
                 "sec. 2"});
}
