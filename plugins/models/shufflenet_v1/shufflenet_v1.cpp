// ShuffleNet for small images: grouped 1x1 convolutions and a channel shuffle. Keys, feature maps and sizes are those of the
// public CIFAR-100 code.
#include "../layers.h"

#include <kdbench/sdk/plugin.h>

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <torch/nn/modules/batchnorm.h>

#include <array>

namespace {

namespace nn = torch::nn;
using layers::conv;
using torch::Tensor;

constexpr std::array<const char*, 4> kMaps{"f0", "f1", "f2", "f3"};
constexpr std::int64_t kStem = 24;
constexpr std::array<std::int64_t, 3> kBlocks{4, 8, 4};
/// Channels of the three stages for 1, 2 and 3 groups.
constexpr std::array<std::array<std::int64_t, 3>, 3> kChannels{{{144, 288, 576}, {200, 400, 800}, {240, 480, 960}}};

/// Grouped 1x1, shuffle, depthwise 3x3, grouped 1x1. A block of stride 2 appends its pooled input instead of adding it.
struct Block : nn::Module {
  Block(std::int64_t in, std::int64_t total, std::int64_t step, std::int64_t num_groups)
      : stride(step), groups(in == kStem ? 1 : num_groups) {
    const std::int64_t out = stride == 2 ? total - in : total;
    const std::int64_t mid = out / 4;
    conv1 = register_module("conv1", conv(in, mid, 1, 1, groups));
    bn1 = register_module("bn1", nn::BatchNorm2d(mid));
    conv2 = register_module("conv2", conv(mid, mid, 3, stride, mid));
    bn2 = register_module("bn2", nn::BatchNorm2d(mid));
    conv3 = register_module("conv3", conv(mid, out, 1, 1, num_groups));
    bn3 = register_module("bn3", nn::BatchNorm2d(out));
  }

  /// Returns the block's output before its last activation.
  Tensor forward(const Tensor& x) {
    // Batch norm keeps its input for the backward pass, not its output, so the output may be overwritten.
    auto y = bn1(conv1(x)).relu_();
    if (groups > 1) y = layers::shuffle(y, groups);
    y = bn3(conv3(bn2(conv2(y)).relu_()));
    return stride == 2 ? at::cat({y, at::avg_pool2d(x, 3, 2, 1)}, 1) : y.add_(x);
  }

  std::int64_t stride, groups;
  nn::Conv2d conv1{nullptr};
  nn::BatchNorm2d bn1{nullptr};
  nn::Conv2d conv2{nullptr};
  nn::BatchNorm2d bn2{nullptr};
  nn::Conv2d conv3{nullptr};
  nn::BatchNorm2d bn3{nullptr};
};

using Layer = layers::Stage<Block>;

std::shared_ptr<Layer> make_layer(std::int64_t in, std::int64_t out, std::int64_t num_blocks, std::int64_t groups) {
  auto layer = std::make_shared<Layer>();
  for (std::int64_t i = 0; i < num_blocks; ++i)
    layer->add(std::make_shared<Block>(i == 0 ? in : out, out, i == 0 ? 2 : 1, groups));
  return layer;
}

class ShuffleNetV1 final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t groups = 3;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("groups", &Options::groups, "Groups g of the 1x1 convolutions; also sets the widths: 1, 2 or 3.", {.min = 1, .max = 3});
  }

  ShuffleNetV1(Options options, const kdbench::ModelContext& context) {
    conv1_ = register_module("conv1", conv(context.image.channels, kStem, 1, 1, 1));
    bn1_ = register_module("bn1", nn::BatchNorm2d(kStem));
    const auto& channels = kChannels.at(static_cast<std::size_t>(options.groups - 1));
    std::int64_t in = kStem;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      layers_[i] = register_module("layer" + std::to_string(i + 1), make_layer(in, channels[i], kBlocks[i], options.groups));
      in = channels[i];
    }
    linear_ = register_module("linear", nn::Linear(in, context.num_classes));
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    return layers::through_stages(bn1_(conv1_(images)).relu_(), layers_, kMaps, linear_);
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(linear_); }

 private:
  nn::Conv2d conv1_{nullptr};
  nn::BatchNorm2d bn1_{nullptr};
  std::array<std::shared_ptr<Layer>, 3> layers_;
  nn::Linear linear_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("shufflenet_v1", "0.1.0", r) {
  r.model<ShuffleNetV1>("shufflenet_v1",
                        {.summary = "ShuffleNet for small images, 1, 2 or 3 groups; 3 is the student of the CRD tables.",
                         .source = "Zhang, Zhou, Lin, Sun 2018, ShuffleNet, Table 1; stem as in the CRD code"});
}
