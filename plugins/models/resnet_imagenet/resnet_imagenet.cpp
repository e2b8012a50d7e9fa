// ResNet-18, ResNet-34 and ResNet-50 with the stem for ImageNet (7x7 of stride 2, maximum pooling). Keys and sizes are those of
// public checkpoints.
#include "../residual.h"

#include <kdbench/sdk/plugin.h>

#include <ATen/ops/max_pool2d.h>

#include <array>

namespace {

namespace nn = torch::nn;
using torch::Tensor;

constexpr std::array<const char*, 5> kMaps{"f0", "f1", "f2", "f3", "f4"};
constexpr std::int64_t kStem = 64;

/// Blocks of each stage, and the channels of the first.
struct Depth18 {
  using Block = residual::Block;
  static constexpr std::array<std::int64_t, 4> kBlocks{2, 2, 2, 2};
  static constexpr std::int64_t kChannels = 64;
};
struct Depth34 {
  using Block = residual::Block;
  static constexpr std::array<std::int64_t, 4> kBlocks{3, 4, 6, 3};
  static constexpr std::int64_t kChannels = 64;
};
struct Depth50 {
  using Block = residual::Bottleneck;
  static constexpr std::array<std::int64_t, 4> kBlocks{3, 4, 6, 3};
  static constexpr std::int64_t kChannels = 256;
};

template <class Depth>
class ResNet final : public kdbench::Model {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}

  ResNet(Options, const kdbench::ModelContext& context) {
    const auto stem = nn::Conv2dOptions(context.image.channels, kStem, 7).stride(2).padding(3).bias(false);
    conv1_ = register_module("conv1", nn::Conv2d(stem));
    bn1_ = register_module("bn1", nn::BatchNorm2d(kStem));
    std::int64_t in = kStem;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      const std::int64_t out = Depth::kChannels << i;
      auto stage = residual::make_layer<typename Depth::Block>(in, out, i == 0 ? 1 : 2, Depth::kBlocks[i]);
      stages_[i] = register_module("layer" + std::to_string(i + 1), stage);
      in = out;
    }
    fc_ = register_module("fc", nn::Linear(in, context.num_classes));
    layers::initialise_convolutions(*this);
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    const auto stem = at::max_pool2d(bn1_(conv1_(images)).relu_(), 3, 2, 1);
    return layers::through_stages(stem, stages_, kMaps, fc_);
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(fc_); }
  std::map<std::string, kdbench::NormAffine, std::less<>> feature_norms() const override {
    return layers::norms_of_stages(stages_, kMaps);
  }

 private:
  nn::Conv2d conv1_{nullptr};
  nn::BatchNorm2d bn1_{nullptr};
  std::array<std::shared_ptr<layers::Stage<typename Depth::Block>>, 4> stages_;
  nn::Linear fc_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("resnet_imagenet", "0.1.0", r) {
  const std::string source =
      "He, Zhang, Ren, Sun 2016, Deep Residual Learning, Table 1; a bottleneck's stride in its 3 x 3 as in public checkpoints";
  r.model<ResNet<Depth18>>("resnet18_imagenet", {.summary = "ResNet-18 with the 7 x 7 stem for ImageNet.", .source = source});
  r.model<ResNet<Depth34>>("resnet34_imagenet", {.summary = "ResNet-34 with the 7 x 7 stem for ImageNet.", .source = source});
  r.model<ResNet<Depth50>>("resnet50_imagenet", {.summary = "ResNet-50 with the 7 x 7 stem for ImageNet.", .source = source});
}
