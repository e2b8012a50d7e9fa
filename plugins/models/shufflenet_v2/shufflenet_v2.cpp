// ShuffleNetV2 for small images: channel split, two branches, channel shuffle. Keys, feature maps and sizes are those of the
// public CIFAR-100 code.
#include "../layers.h"

#include <kdbench/sdk/plugin.h>

#include <ATen/ops/cat.h>
#include <torch/nn/modules/batchnorm.h>

#include <algorithm>
#include <array>
#include <optional>

namespace {

namespace nn = torch::nn;
using layers::conv;
using torch::Tensor;

constexpr std::array<const char*, 4> kMaps{"f0", "f1", "f2", "f3"};
constexpr std::int64_t kStem = 24;
constexpr std::array<std::int64_t, 3> kBasicBlocks{3, 7, 3};

/// Channels of the three stages and of the last convolution: Table 5 of the paper.
struct Size {
  double size;
  std::array<std::int64_t, 4> channels;
};
constexpr std::array<Size, 4> kSizes{
    {{0.5, {48, 96, 192, 1024}}, {1.0, {116, 232, 464, 1024}}, {1.5, {176, 352, 704, 1024}}, {2.0, {244, 488, 976, 2048}}}};

const Size& size_of(double size) {
  const auto it = std::find_if(kSizes.begin(), kSizes.end(), [&](const Size& s) { return s.size == size; });
  if (it == kSizes.end()) throw kdbench::Error("shufflenet_v2: size must be 0.5, 1, 1.5 or 2, found " + std::to_string(size));
  return *it;
}

/// Joins two halves and takes a channel of each in turn.
Tensor shuffled(const Tensor& first, const Tensor& second) { return layers::shuffle(at::cat({first, second}, 1), 2); }

/// Convolution and batch norm under the keys conv{number} and bn{number} of `owner`.
class ConvNorm {
 public:
  ConvNorm(nn::Module& owner, const std::string& number, nn::Conv2d convolution)
      : conv_(owner.register_module("conv" + number, convolution)),
        norm_(owner.register_module("bn" + number, nn::BatchNorm2d(conv_->options.out_channels()))) {}

  Tensor linear(const Tensor& x) { return norm_(conv_(x)); }
  // In place: batch norm keeps its input for the backward pass, not its output.
  Tensor active(const Tensor& x) { return linear(x).relu_(); }

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
};

/// Halves the resolution; both branches see all channels.
struct DownBlock : nn::Module {
  DownBlock(std::int64_t in, std::int64_t out)
      : left1(*this, "1", conv(in, in, 3, 2, in)),
        left2(*this, "2", conv(in, out / 2, 1, 1)),
        right1(*this, "3", conv(in, out / 2, 1, 1)),
        right2(*this, "4", conv(out / 2, out / 2, 3, 2, out / 2)),
        right3(*this, "5", conv(out / 2, out / 2, 1, 1)) {}

  Tensor forward(const Tensor& x) {
    return shuffled(left2.active(left1.linear(x)), right3.active(right2.linear(right1.active(x))));
  }

  ConvNorm left1, left2, right1, right2, right3;
};

/// Passes half of the channels on as they are.
struct BasicBlock : nn::Module {
  explicit BasicBlock(std::int64_t channels)
      : half(channels / 2),
        expand(*this, "1", conv(half, half, 1, 1)),
        depthwise(*this, "2", conv(half, half, 3, 1, half)),
        project(*this, "3", conv(half, half, 1, 1)) {}

  /// Returns the block's output. Without the last activation it is the same map before a ReLU: the half that is passed on is not
  /// negative, so a ReLU on the whole changes the other half only.
  Tensor forward(const Tensor& x, bool activate) {
    const auto y = depthwise.linear(expand.active(x.narrow(1, half, half)));
    return shuffled(x.narrow(1, 0, half), activate ? project.active(y) : project.linear(y));
  }

  std::int64_t half;
  ConvNorm expand, depthwise, project;
};

/// A DownBlock under the key 0, BasicBlocks under 1, 2, ...
struct Layer : nn::Module {
  Layer(std::int64_t in, std::int64_t out, std::int64_t num_basic)
      : down(register_module("0", std::make_shared<DownBlock>(in, out))) {
    for (std::int64_t i = 1; i <= num_basic; ++i) {
      blocks.push_back(register_module(std::to_string(i), std::make_shared<BasicBlock>(out)));
    }
  }

  /// Returns the layer's output before its last activation.
  Tensor forward(const Tensor& images) {
    auto x = down->forward(images);
    for (std::size_t i = 0; i < blocks.size(); ++i) x = blocks[i]->forward(x, i + 1 < blocks.size());
    return x;
  }

  std::shared_ptr<DownBlock> down;
  std::vector<std::shared_ptr<BasicBlock>> blocks;
};

class ShuffleNetV2 final : public kdbench::Model {
 public:
  struct Options {
    double size = 1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("size", &Options::size, "Complexity level of the paper: 0.5, 1, 1.5 or 2.");
  }

  ShuffleNetV2(Options options, const kdbench::ModelContext& context)
      : stem_(*this, "1", conv(context.image.channels, kStem, 1, 1)) {
    const auto& channels = size_of(options.size).channels;
    std::int64_t in = kStem;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      layers_[i] = register_module("layer" + std::to_string(i + 1), std::make_shared<Layer>(in, channels[i], kBasicBlocks[i]));
      in = channels[i];
    }
    head_.emplace(*this, "2", conv(in, channels[3], 1, 1));
    linear_ = register_module("linear", nn::Linear(channels[3], context.num_classes));
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = stem_.active(images);
    out.features.emplace(kMaps[0], x);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const auto before = layers_[i]->forward(x);
      x = before.relu();  // not in place: the map before the activation is handed out too
      out.preactivations.emplace(kMaps[i + 1], before);
      out.features.emplace(kMaps[i + 1], x);
    }
    out.embedding_map = head_->active(x);
    out.embedding = out.embedding_map.mean({2, 3});
    out.logits = linear_(out.embedding);
    return out;
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(linear_); }

 private:
  ConvNorm stem_;
  std::array<std::shared_ptr<Layer>, 3> layers_;
  std::optional<ConvNorm> head_;  // always there once built
  nn::Linear linear_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("shufflenet_v2", "0.1.0", r) {
  r.model<ShuffleNetV2>("shufflenet_v2",
                        {.summary = "ShuffleNetV2 for small images; size 1 is the student of the CRD tables.",
                         .source = "Ma, Zhang, Zheng, Sun 2018, ShuffleNet V2, Table 5; stem as in the CRD code"});
}
