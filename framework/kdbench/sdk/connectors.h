/// Modules of a loss that lead what the student computed to the shape of what the teacher computed.
#pragma once
#include <kdbench/sdk/embeddings.h>
#include <kdbench/sdk/feature_maps.h>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <cstdint>
#include <memory>
#include <string>

namespace kdbench::connectors {

/// How a map of the student's height and width becomes one of the teacher's.
enum class Resize { kHalve, kDouble, kCrop, kImpossible };

inline Resize resize_between(const FeatureShape& student, const FeatureShape& teacher) {
  if (student.height == 2 * teacher.height && student.width == 2 * teacher.width) return Resize::kHalve;
  if (2 * student.height == teacher.height && 2 * student.width == teacher.width) return Resize::kDouble;
  if (student.height >= teacher.height && student.width >= teacher.width) return Resize::kCrop;
  return Resize::kImpossible;
}

/// Why no Regressor leads from the one to the other; empty if one does.
inline std::string why_no_regressor(const FeatureShape& student, const FeatureShape& teacher) {
  if (resize_between(student, teacher) != Resize::kImpossible) return {};
  return "no regressor fits the student's " + feature_maps::to_text(student) + " and the teacher's " +
         feature_maps::to_text(teacher) + ": the student's must be twice or half as high and wide, or at least as high and wide";
}

/// @throws kdbench::Error for a batch of one image whose map has one pixel: the batch norm of `whose` has nothing to normalise by
inline void expect_variance(const torch::Tensor& map, const std::string& whose) {
  if (map.numel() > map.size(1)) return;
  throw Error("the " + whose +
              "'s batch norm needs more than one value a channel, found one image whose map is 1 x 1; use larger batches");
}

/// A convolution chosen by the two shapes (3 x 3 of stride 2, transposed 4 x 4 of stride 2, or as large as the heights differ),
/// batch norm and, if it is wanted, ReLU: [N, C_student, H_s, W_s] -> [N, C_teacher, H_t, W_t]. Its keys are conv and bn.
class Regressor : public torch::nn::Module {
 public:
  /// @throws kdbench::Error where why_no_regressor() has something to say
  Regressor(const FeatureShape& student, const FeatureShape& teacher, bool relu) : relu_(relu) {
    namespace nn = torch::nn;
    const auto in = student.channels, out = teacher.channels;
    switch (resize_between(student, teacher)) {
      case Resize::kHalve:
        conv_ = register_module("conv", nn::Conv2d(nn::Conv2dOptions(in, out, 3).stride(2).padding(1)));
        break;
      case Resize::kDouble:
        transposed_ = register_module("conv", nn::ConvTranspose2d(nn::ConvTranspose2dOptions(in, out, 4).stride(2).padding(1)));
        break;
      case Resize::kCrop:
        conv_ = register_module("conv", nn::Conv2d(nn::Conv2dOptions(
                                            in, out, {1 + student.height - teacher.height, 1 + student.width - teacher.width})));
        break;
      case Resize::kImpossible:
        throw Error(why_no_regressor(student, teacher));
    }
    norm_ = register_module("bn", nn::BatchNorm2d(out));
  }

  /// @throws kdbench::Error for a batch of one image whose map has one pixel: batch norm has nothing to normalise by
  torch::Tensor forward(const torch::Tensor& map) {
    const auto resized = conv_ ? conv_->forward(map) : transposed_->forward(map);
    expect_variance(resized, "regressor");
    const auto normalised = norm_(resized);
    return relu_ ? normalised.relu() : normalised;
  }

 private:
  bool relu_;
  torch::nn::Conv2d conv_{nullptr};
  torch::nn::ConvTranspose2d transposed_{nullptr};
  torch::nn::BatchNorm2d norm_{nullptr};
};

/// Linear layers that lead both embeddings to one width; both are trained. Their keys are student and teacher.
class CommonWidth : public torch::nn::Module {
 public:
  CommonWidth(const LossContext& context, std::int64_t width)
      : student_(register_module("student", torch::nn::Linear(context.student_embedding, width))),
        teacher_(register_module("teacher", torch::nn::Linear(context.teacher_embedding, width))) {}

  /// [N, width] each.
  embeddings::EmbeddingPair forward(const embeddings::EmbeddingPair& pair) {
    return {student_->forward(pair.student), teacher_->forward(pair.teacher)};
  }

 private:
  torch::nn::Linear student_, teacher_;
};

}  // namespace kdbench::connectors
