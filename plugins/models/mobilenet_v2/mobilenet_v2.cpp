// MobileNetV2 for small images: inverted residuals with linear bottlenecks. Keys, feature maps and sizes are those of the public
// CIFAR-100 code.
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

/// Blocks of one width. `is_map`: the last one's output is handed out as a feature map.
struct StageShape {
  bool expands;
  int channels, blocks, stride;
  bool is_map;
};

/// Table 2 of the paper, with strides for 32 x 32 instead of 224 x 224.
constexpr std::array<StageShape, 7> kStages{{{false, 16, 1, 1, false},
                                             {true, 24, 2, 1, true},
                                             {true, 32, 3, 2, true},
                                             {true, 64, 4, 2, false},
                                             {true, 96, 3, 1, true},
                                             {true, 160, 3, 2, false},
                                             {true, 320, 1, 1, true}}};

/// Expansion to in * expansion channels, depthwise convolution, projection without activation.
struct Block : nn::Module {
  Block(std::int64_t in, std::int64_t out, std::int64_t stride, std::int64_t expansion)
      : residual(stride == 1 && in == out), list(group(*this, "conv")) {
    const std::int64_t hidden = in * expansion;
    layers.emplace_back(*list, 0, conv(in, hidden, 1, 1));
    layers.emplace_back(*list, 3, conv(hidden, hidden, 3, stride, hidden));
    layers.emplace_back(*list, 6, conv(hidden, out, 1, 1));
  }

  Tensor forward(const Tensor& x) {
    auto y = layers[2].linear(layers[1].active(layers[0].active(x)));
    return residual ? y.add_(x) : y;
  }

  bool residual;
  std::shared_ptr<nn::Module> list;
  std::vector<ConvNorm> layers;
};

class MobileNetV2 final : public kdbench::Model {
 public:
  struct Options {
    double width = 0.5;
    std::int64_t expansion = 6;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("width", &Options::width, "Width multiplier of every layer; up to 1, the last convolution keeps its 1280 channels.",
          {.min = 0.1, .max = 4})
        .add("expansion", &Options::expansion, "Expansion factor t of every block but the first, which has 1.",
             {.min = 1, .max = 12});
  }

  MobileNetV2(Options options, const kdbench::ModelContext& context) {
    const auto scaled = [&](int channels) { return static_cast<std::int64_t>(channels * options.width); };
    std::int64_t in = scaled(32);
    stem_.emplace(*group(*this, "conv1"), 0, conv(context.image.channels, in, 3, 2));
    auto list = group(*this, "blocks");
    for (std::size_t s = 0; s < kStages.size(); ++s) {
      const auto& shape = kStages[s];
      auto stage = group(*list, std::to_string(s));
      const std::int64_t out = scaled(shape.channels), expansion = shape.expands ? options.expansion : 1;
      for (int i = 0; i < shape.blocks; ++i) {
        auto block = std::make_shared<Block>(in, out, i == 0 ? shape.stride : 1, expansion);
        stages_[s].push_back(stage->register_module(std::to_string(i), block));
        in = out;
      }
    }
    const std::int64_t last = options.width > 1 ? scaled(1280) : 1280;
    head_.emplace(*group(*this, "conv2"), 0, conv(in, last, 1, 1));
    classifier_ = group(*this, "classifier")->register_module("0", nn::Linear(last, context.num_classes));
    initialise();
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = stem_->active(images);
    out.features.emplace(kMaps[0], x);
    std::size_t next = 1;
    for (std::size_t s = 0; s < kStages.size(); ++s) {
      for (auto& block : stages_[s]) x = block->forward(x);
      if (!kStages[s].is_map) continue;
      // No activation follows a linear bottleneck: the map is what it is before one, too.
      out.preactivations.emplace(kMaps[next], x);
      out.features.emplace(kMaps[next++], x);
    }
    out.embedding_map = head_->active(x);
    out.embedding = out.embedding_map.mean({2, 3});
    out.logits = classifier_(out.embedding);
    return out;
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(classifier_); }

 private:
  void initialise() {
    layers::initialise_convolutions(*this);
    nn::init::normal_(classifier_->weight, 0.0, 0.01);
    nn::init::zeros_(classifier_->bias);
  }

  std::optional<ConvNorm> stem_, head_;  // always there once built
  std::array<std::vector<std::shared_ptr<Block>>, kStages.size()> stages_;
  nn::Linear classifier_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("mobilenet_v2", "0.1.0", r) {
  r.model<MobileNetV2>("mobilenet_v2",
                       {.summary = "MobileNetV2 for small images; width 0.5 is the student of the CRD tables.",
                        .source = "Sandler, Howard, Zhu and others 2018, MobileNetV2, Table 2; strides as in the CRD code"});
}
