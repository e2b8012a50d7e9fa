// ICKD: which channels of a map go together, for the student as for the teacher.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

namespace {

namespace fm = kdbench::feature_maps;

/// Inner products of a map's channels, every row as a vector of length 1, [N, C, C].
torch::Tensor correlation(const torch::Tensor& map) {
  const auto channels = map.flatten(2);
  return fm::unit(channels.bmm(channels.transpose(1, 2)), 2);
}

class InterChannel final : public kdbench::Loss {
 public:
  struct Options {
    std::string variant = "paper";
    double weight = 2.5;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("variant", &Options::variant, "paper: a mean over the images; authors: divided by the number of images once more.",
          {.choices = {"paper", "authors"}})
        .add("weight", &Options::weight, "Factor of the term, beta.", {.min = 0.0});
  }
  InterChannel(Options options, const kdbench::LossContext& context)
      : options_(std::move(options)), pair_(last(context).pairs.front()) {
    namespace nn = torch::nn;
    const auto &s = pair_.student, &t = pair_.teacher;
    if (s.channels != t.channels) {
      embed_ = register_module("embed", nn::Conv2d(nn::Conv2dOptions(s.channels, t.channels, 1).bias(false)));
      norm_ = register_module("norm", nn::BatchNorm2d(t.channels));
    }
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true, .repeatable = true, .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return last(context).refusal();
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    auto maps = fm::maps_of(in, pair_, "ickd");
    if (embed_) maps.student = embedded(maps.student);
    const auto squares = (correlation(maps.student) - correlation(maps.teacher)).square().sum({1, 2}).mean();
    auto divisor = static_cast<double>(maps.teacher.size(1));
    if (options_.variant == "authors") divisor *= static_cast<double>(maps.teacher.size(0));
    return kdbench::LossTerms{{"channels", options_.weight * squares / divisor}};
  }

 private:
  torch::Tensor embedded(const torch::Tensor& map) {
    const auto widened = embed_(map);
    kdbench::connectors::expect_variance(widened, "ickd");
    return norm_(widened);
  }

  static fm::StagePairs last(const kdbench::LossContext& context) { return fm::pair_stages(context, fm::Stages::kLast); }

  Options options_;
  fm::StagePair pair_;
  torch::nn::Conv2d embed_{nullptr};
  torch::nn::BatchNorm2d norm_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("ickd", "0.1.0", r) {
  r.loss<InterChannel>(
      "ickd", {.summary = "Inter-channel correlation: which channels of the deepest map go together.",
               .formula = "weight / (N C) sum (G_student - G_teacher)^2, G = rows of F F^T by their lengths, F the map as C rows",
               .source = "Liu et al. 2021, Exploring Inter-Channel Correlation for Diversity-Preserved Knowledge Distillation, "
                         "sec. 3"});
}
