// The CIFAR residual network of depth 6n + 2. Keys, feature maps and sizes are those of the public CIFAR-100 teachers.
#include "../residual.h"

#include <kdbench/sdk/plugin.h>

#include <array>

namespace {

namespace nn = torch::nn;
using layers::conv;
using residual::Layer;
using residual::make_layer;
using torch::Tensor;

constexpr std::array<const char*, 4> kMaps{"f0", "f1", "f2", "f3"};

class ResNet final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t depth = 20;
    std::int64_t width = 1;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("depth", &Options::depth, "Layers with weights, 6n + 2: 8, 14, 20, 32, 44, 56, 110.", {.min = 8, .max = 1202})
        .add("width", &Options::width,
             "Channel multiplier k: 16k, 32k, 64k after a stem of 16 (k = 1) or 32 (k > 1, as in resnet8x4).",
             {.min = 1, .max = 32});
  }

  ResNet(Options options, const kdbench::ModelContext& context) {
    const std::int64_t n = (options.depth - 2) / 6;
    if ((options.depth - 2) % 6 != 0) {
      throw kdbench::Error("resnet: depth must be 6n + 2, found " + std::to_string(options.depth) + "; the nearest are " +
                           std::to_string(6 * n + 2) + " and " + std::to_string(6 * n + 8));
    }
    const std::int64_t stem = options.width == 1 ? 16 : 32;
    conv1_ = register_module("conv1", conv(context.image.channels, stem, 3, 1));
    bn1_ = register_module("bn1", nn::BatchNorm2d(stem));
    std::int64_t in = stem;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const std::int64_t out = (16 << i) * options.width;
      layers_[i] = register_module("layer" + std::to_string(i + 1), make_layer(in, out, i == 0 ? 1 : 2, n));
      in = out;
    }
    fc_ = register_module("fc", nn::Linear(in, context.num_classes));
    layers::initialise_convolutions(*this);
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    return layers::through_stages(bn1_(conv1_(images)).relu_(), layers_, kMaps, fc_);
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(fc_); }
  std::map<std::string, kdbench::NormAffine, std::less<>> feature_norms() const override {
    return layers::norms_of_stages(layers_, kMaps);
  }

 private:
  nn::Conv2d conv1_{nullptr};
  nn::BatchNorm2d bn1_{nullptr};
  std::array<std::shared_ptr<Layer>, 3> layers_;
  nn::Linear fc_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("resnet", "0.1.0", r) {
  r.model<ResNet>(
      "resnet", {.summary = "Residual network for small images, depth 6n + 2, with projection shortcuts.",
                 .source = "He, Zhang, Ren, Sun 2016, Deep Residual Learning, sec. 4.2; widths of resnet8x4 as in the CRD code"});
}
