// CAT-KD: class activation maps, which are what the classifier makes of every place of the last map, imitate the teacher's.
#include <kdbench/sdk/feature_maps.h>
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/mse_loss.h>

namespace {

namespace fm = kdbench::feature_maps;
using torch::Tensor;

/// The classifier at every place, without its bias: [N, D, H, W] and [K, D] -> [N, K, H, W].
Tensor class_maps(const Tensor& map, const Tensor& weight) { return at::conv2d(map, weight.unsqueeze(2).unsqueeze(3)); }

class ClassAttention final : public kdbench::Loss {
 public:
  struct Options {
    std::int64_t resolution = 2;
    bool normalise = false;
    bool binarise = false;
    double weight = 15.0;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("resolution", &Options::resolution, "Height and width to which class maps are pooled.", {.min = 1})
        .add("normalise", &Options::normalise, "Bring every class's pooled map to length 1.")
        .add("binarise", &Options::binarise, "Of the teacher's class maps take only where they are above their mean magnitude.")
        .add("weight", &Options::weight, "Factor of the term, beta.", {.min = 0.0});
  }
  ClassAttention(Options options, const kdbench::LossContext& context)
      : options_(options), teacher_weight_(register_buffer("teacher_weight", context.teacher_classifier.weight.clone())) {}

  static kdbench::LossNeeds needs(const Options&, const kdbench::LossContext&) {
    return {.teacher_features = true,
            .student_classifier = true,
            .teacher_classifier = true,
            .repeatable = true,
            .reads_tau = kdbench::ReadsTau::kNone};
  }
  static std::optional<std::string> unsupported(const Options&, const kdbench::LossContext& context) {
    return fm::why_no_embedding_maps(context);
  }

  kdbench::LossTerms forward(const kdbench::LossInputs& in) override {
    const auto maps = fm::embedding_maps_of(in, "catkd");
    const auto student = class_maps(maps.student, in.student_classifier.weight);
    auto teacher = class_maps(maps.teacher, teacher_weight_);
    if (options_.binarise) teacher = teacher.gt(teacher.abs().mean({2, 3}, /*keepdim=*/true)).to(teacher.scalar_type());
    const auto distance = at::mse_loss(pooled(student), pooled(teacher));
    return kdbench::LossTerms{{"class_maps", options_.weight * distance}};
  }

 private:
  /// [N, K, resolution^2]
  Tensor pooled(const Tensor& map) const {
    const auto small = at::adaptive_avg_pool2d(map, {options_.resolution, options_.resolution}).flatten(2);
    return options_.normalise ? fm::unit(small, 2) : small;
  }

  Options options_;
  Tensor teacher_weight_;
};

}  // namespace

KDBENCH_PLUGIN("catkd", "0.1.0", r) {
  r.loss<ClassAttention>(
      "catkd",
      {.summary = "Class attention transfer: where in the image each class is seen.",
       .formula = "weight * mean (P(C_student) - P(C_teacher))^2, C_k = sum_d w_kd F_d of the last map F, P average pooling "
                  "to resolution x resolution and, if normalise, each class's map by its length",
       .source = "Guo, Yan, Li, Lin 2023, Class Attention Transfer Based Knowledge Distillation, sec. 3"});
}
