// The CIFAR residual network with a classifier on each of its first two stages.
#include "../residual.h"

#include <kdbench/sdk/plugin.h>

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/container/sequential.h>

#include <array>

namespace {

namespace nn = torch::nn;
using layers::conv;
using residual::Layer;
using residual::make_layer;
using torch::Tensor;

constexpr std::array<const char*, 4> kMaps{"f0", "f1", "f2", "f3"};
constexpr std::array<const char*, 2> kExits{"exit1", "exit2"};

/// Halves the resolution and doubles the channels until the map is as the last stage's, then pools and classifies.
struct Exit : nn::Module {
  Exit(std::int64_t channels, std::int64_t last, std::int64_t num_classes) {
    for (; channels < last; channels *= 2) {
      shrink->push_back(conv(channels, 2 * channels, 3, 2));
      shrink->push_back(nn::BatchNorm2d(2 * channels));
      shrink->push_back(nn::ReLU());
    }
    register_module("shrink", shrink);
    fc = register_module("fc", nn::Linear(last, num_classes));
  }
  Tensor forward(const Tensor& map) { return fc(shrink->forward(map).mean({2, 3})); }

  nn::Sequential shrink;
  nn::Linear fc{nullptr};
};

class ResNetExits final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t depth = 20;
    std::int64_t width = 1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("depth", &Options::depth, "Layers with weights to the last exit, 6n + 2: 8, 14, 20, 32, 44, 56, 110.",
          {.min = 8, .max = 1202})
        .add("width", &Options::width, "Channel multiplier k: 16k, 32k, 64k after a stem of 16k.", {.min = 1, .max = 32});
  }

  ResNetExits(Options options, const kdbench::ModelContext& context) {
    const std::int64_t n = (options.depth - 2) / 6;
    if ((options.depth - 2) % 6 != 0) {
      throw kdbench::Error("resnet_exits: depth must be 6n + 2, found " + std::to_string(options.depth) + "; the nearest are " +
                           std::to_string(6 * n + 2) + " and " + std::to_string(6 * n + 8));
    }
    std::int64_t in = 16 * options.width;
    const std::int64_t last = 64 * options.width;
    conv1_ = register_module("conv1", conv(context.image.channels, in, 3, 1));
    bn1_ = register_module("bn1", nn::BatchNorm2d(in));
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const std::int64_t out = (16 << i) * options.width;
      layers_[i] = register_module("layer" + std::to_string(i + 1), make_layer(in, out, i == 0 ? 1 : 2, n));
      in = out;
    }
    fc_ = register_module("fc", nn::Linear(in, context.num_classes));
    for (std::size_t i = 0; i < kExits.size(); ++i) {
      const std::int64_t channels = (16 << i) * options.width;
      exits_[i] = register_module(kExits[i], std::make_shared<Exit>(channels, last, context.num_classes));
    }
    layers::initialise_convolutions(*this);
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    auto out = layers::through_stages(bn1_(conv1_(images)).relu_(), layers_, kMaps, fc_);
    for (std::size_t i = 0; i < kExits.size(); ++i)
      out.exits.emplace(kExits[i], exits_[i]->forward(out.features.at(kMaps[i + 1])));
    return out;
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  std::vector<std::string> exit_names() const override { return {kExits.begin(), kExits.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(fc_); }
  std::map<std::string, kdbench::NormAffine, std::less<>> feature_norms() const override {
    return layers::norms_of_stages(layers_, kMaps);
  }

 private:
  nn::Conv2d conv1_{nullptr};
  nn::BatchNorm2d bn1_{nullptr};
  std::array<std::shared_ptr<Layer>, 3> layers_;
  nn::Linear fc_{nullptr};
  std::array<std::shared_ptr<Exit>, 2> exits_;
};

}  // namespace

KDBENCH_PLUGIN("resnet_exits", "0.1.0", r) {
  r.model<ResNetExits>("resnet_exits",
                       {.summary = "The residual network for small images with a classifier on every stage.",
                        .source = "Zhang, Song, Gao, Chen, Bao, Ma 2019, Be Your Own Teacher, sec. 3; the trunk: He, "
                                  "Zhang, Ren, Sun 2016, sec. 4.2"});
}
