// SimKD: the student's last map, through a projector, becomes the teacher's, and the teacher's classifier judges it.
#include <kdbench/sdk/connectors.h>
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mse_loss.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <algorithm>
#include <utility>

namespace {

namespace fm = kdbench::feature_maps;
namespace nn = torch::nn;
using torch::Tensor;

/// A narrowing 1 x 1, a 3 x 3 and a widening 1 x 1 convolution, each with batch norm and ReLU.
class Projector : public nn::Module {
 public:
  Projector(std::int64_t in, std::int64_t mid, std::int64_t out) {
    add(in, mid, 1);
    add(mid, mid, 3);
    add(mid, out, 1);
  }
  Tensor forward(Tensor x) {
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      x = convs_[i](x);
      kdbench::connectors::expect_variance(x, "projector");
      x = norms_[i](x).relu();
    }
    return x;
  }

 private:
  void add(std::int64_t in, std::int64_t out, std::int64_t kernel) {
    const auto number = std::to_string(convs_.size() + 1);
    const auto options = nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false);
    convs_.push_back(register_module("conv" + number, nn::Conv2d(options)));
    norms_.push_back(register_module("bn" + number, nn::BatchNorm2d(out)));
  }

  std::vector<nn::Conv2d> convs_;
  std::vector<nn::BatchNorm2d> norms_;
};

class ReusedClassifier final : public kdbench::Loss {
 public:
  struct Options {
    std::int64_t factor = 2;
    double weight = 1.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("factor", &Options::factor, "The projector's middle has 1 / factor of the teacher's channels.", {.min = 1})
        .add("weight", &Options::weight, "Factor of the term, beta.", {.min = 0.0});
  }
  ReusedClassifier(Options options, const kdbench::LossContext& context)
      : options_(options), height_(context.teacher_embedding_map->height), width_(context.teacher_embedding_map->width) {
    const auto in = context.student_embedding_map->channels, out = context.teacher_embedding_map->channels;
    const auto mid = std::max<std::int64_t>(1, out / options_.factor);
    projector_ = register_module("projector", std::make_shared<Projector>(in, mid, out));
    const auto& classifier = context.teacher_classifier;
    teacher_weight_ = register_buffer("teacher_weight", classifier.weight.clone());
    if (classifier.bias.defined()) teacher_bias_ = register_buffer("teacher_bias", classifier.bias.clone());
  }

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true,
            .teacher_classifier = true,
            .adapts = true,
            .repeatable = true,
            .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return fm::why_no_embedding_maps(context);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto maps = fm::pooled_to_smaller(fm::embedding_maps_of(in, "simkd"));
    projected_ = projector_->forward(maps.student);
    return kdbench::LossTerms{{"map", options_.weight * at::mse_loss(projected_, maps.teacher)}};
  }

  /// The teacher's classifier on the projected map. In training the map is that of forward(), whose batch statistics it saw.
  Tensor judged_logits(const kdbench::ModelOutput& student) override {
    auto map = is_training() ? std::exchange(projected_, Tensor()) : Tensor();
    if (!map.defined()) map = projector_->forward(pooled(fm::widened(student.embedding_map)));
    return at::linear(map.mean({2, 3}), teacher_weight_, teacher_bias_);
  }

 private:
  /// The student's map as forward() compares it: no larger than the teacher's.
  Tensor pooled(const Tensor& map) const {
    const auto height = std::min(map.size(2), height_), width = std::min(map.size(3), width_);
    return height == map.size(2) && width == map.size(3) ? map : at::adaptive_avg_pool2d(map, {height, width});
  }

  Options options_;
  std::int64_t height_, width_;  ///< of the teacher's map
  std::shared_ptr<Projector> projector_;
  Tensor teacher_weight_, teacher_bias_, projected_;
};

}  // namespace

KDBENCH_PLUGIN("simkd", "0.1.0", r) {
  r.loss<ReusedClassifier>(
      "simkd",
      {.summary = "Simple KD: the student's last map, through a projector, imitates the teacher's, whose classifier judges it.",
       .formula = "weight * mean (P(F_student) - F_teacher)^2, P of three convolutions with batch norm and ReLU",
       .source = "Chen, Mei, Zhang, Wang, Feng, Chen 2022, Knowledge Distillation with the Reused Teacher Classifier, sec. 3"});
}
