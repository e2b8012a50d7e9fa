// MobileNet: a stem and thirteen depthwise separable convolutions. Keys and feature maps are those of the public ImageNet code.
#include "../layers.h"

#include <kdbench/sdk/plugin.h>

#include <array>
#include <optional>

namespace {

namespace nn = torch::nn;
using layers::conv;
using layers::ConvNorm;
using layers::group;
using torch::Tensor;

constexpr std::array<const char*, 5> kMaps{"f0", "f1", "f2", "f3", "f4"};

/// A depthwise separable convolution. `is_map`: its output is handed out as a feature map.
struct BlockShape {
  int channels, stride;
  bool is_map;
};

/// Table 1 of the paper.
constexpr std::array<BlockShape, 13> kBlocks{{{64, 1, false},
                                              {128, 2, false},
                                              {128, 1, true},
                                              {256, 2, false},
                                              {256, 1, true},
                                              {512, 2, false},
                                              {512, 1, false},
                                              {512, 1, false},
                                              {512, 1, false},
                                              {512, 1, false},
                                              {512, 1, true},
                                              {1024, 2, false},
                                              {1024, 1, true}}};

/// A 3x3 convolution of every channel by itself, then 1x1: the keys are 0, 1, 3 and 4.
struct Block : nn::Module {
  Block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : depthwise(*this, 0, conv(in, in, 3, stride, in)), pointwise(*this, 3, conv(in, out, 1, 1)) {}

  /// Returns the block's output before its last activation.
  Tensor forward(const Tensor& x) { return pointwise.linear(depthwise.active(x)); }

  ConvNorm depthwise, pointwise;
};

class MobileNetV1 final : public kdbench::Model {
 public:
  struct Options {
    double width = 1.0;
    std::int64_t stem_stride = 1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("width", &Options::width, "Width multiplier of every layer, alpha; channels are rounded down.", {.min = 0.1, .max = 4})
        .add("stem_stride", &Options::stem_stride, "Stride of the first convolution: 1 for small images, 2 as in the paper.",
             {.min = 1, .max = 2});
  }

  MobileNetV1(Options options, const kdbench::ModelContext& context) {
    const auto scaled = [&](int channels) { return static_cast<std::int64_t>(channels * options.width); };
    auto list = group(*this, "model");
    std::int64_t in = scaled(32);
    stem_.emplace(*group(*list, "0"), 0, conv(context.image.channels, in, 3, options.stem_stride));
    for (std::size_t i = 0; i < kBlocks.size(); ++i) {
      const auto out = scaled(kBlocks[i].channels);
      blocks_[i] = list->register_module(std::to_string(i + 1), std::make_shared<Block>(in, out, kBlocks[i].stride));
      in = out;
    }
    fc_ = register_module("fc", nn::Linear(in, context.num_classes));
    layers::initialise_convolutions(*this);
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = stem_->active(images);
    out.features.emplace(kMaps[0], x);
    std::size_t next = 1;
    for (std::size_t i = 0; i < kBlocks.size(); ++i) {
      auto before = blocks_[i]->forward(x);
      if (!kBlocks[i].is_map) {
        x = before.relu_();  // in place only where `before` is not handed out
        continue;
      }
      x = at::relu(before);
      out.preactivations.emplace(kMaps[next], before);
      out.features.emplace(kMaps[next++], x);
    }
    out.embedding_map = x;
    out.embedding = x.mean({2, 3});
    out.logits = fc_(out.embedding);
    return out;
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(fc_); }
  std::map<std::string, kdbench::NormAffine, std::less<>> feature_norms() const override {
    std::map<std::string, kdbench::NormAffine, std::less<>> out;
    std::size_t next = 1;
    for (std::size_t i = 0; i < kBlocks.size(); ++i) {
      if (kBlocks[i].is_map) out.emplace(kMaps[next++], layers::affine_of(blocks_[i]->pointwise.norm()));
    }
    return out;
  }

 private:
  std::optional<ConvNorm> stem_;  // always there once built
  std::array<std::shared_ptr<Block>, kBlocks.size()> blocks_;
  nn::Linear fc_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("mobilenet_v1", "0.1.0", r) {
  r.model<MobileNetV1>("mobilenet_v1",
                       {.summary = "MobileNet of depthwise separable convolutions, for small or ImageNet's images.",
                        .source = "Howard, Zhu, Chen and others 2017, MobileNets, Table 1; keys as in the "
                                  "public ImageNet code"});
}
