// ResNet-18, ResNet-34 and ResNet-50 with a stem for small images (3x3, stride 1, no pooling). Keys, feature maps and sizes are
// those of the public CIFAR-100 teachers.
#include "../layers.h"

#include <kdbench/sdk/plugin.h>

#include <torch/nn/modules/batchnorm.h>

#include <array>

namespace {

namespace nn = torch::nn;
using layers::conv;
using torch::Tensor;

constexpr std::array<const char*, 5> kMaps{"f0", "f1", "f2", "f3", "f4"};
constexpr std::int64_t kStem = 64;

struct Depth18 {
  static constexpr std::array<std::int64_t, 4> kBlocks{2, 2, 2, 2};
  static constexpr bool kBottleneck = false;
};
struct Depth34 {
  static constexpr std::array<std::int64_t, 4> kBlocks{3, 4, 6, 3};
  static constexpr bool kBottleneck = false;
};
struct Depth50 {
  static constexpr std::array<std::int64_t, 4> kBlocks{3, 4, 6, 3};
  static constexpr bool kBottleneck = true;
};

/// 1x1 convolution and batch norm under the keys 0 and 1.
struct Projection : nn::Module {
  Projection(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv_(register_module("0", conv(in, out, 1, stride))), norm_(register_module("1", nn::BatchNorm2d(out))) {}
  Tensor forward(const Tensor& x) { return norm_(conv_(x)); }

  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
};

/// Two 3x3 convolutions, or 1x1, 3x3 and 1x1 to four times the planes; the stride is in the (first) 3x3.
struct Block : nn::Module {
  Block(std::int64_t in, std::int64_t planes, std::int64_t stride, bool bottleneck) {
    const std::int64_t out = bottleneck ? 4 * planes : planes;
    if (bottleneck) {
      add(conv(in, planes, 1, 1));
      add(conv(planes, planes, 3, stride));
      add(conv(planes, out, 1, 1));
    } else {
      add(conv(in, planes, 3, stride));
      add(conv(planes, out, 3, 1));
    }
    if (stride != 1 || in != out) shortcut = register_module("shortcut", std::make_shared<Projection>(in, out, stride));
  }

  void add(nn::Conv2d convolution) {
    const auto number = std::to_string(convs.size() + 1);
    convs.push_back(register_module("conv" + number, convolution));
    norms.push_back(register_module("bn" + number, nn::BatchNorm2d(convolution->options.out_channels())));
  }

  /// Returns the sum of both branches, before the activation.
  Tensor forward(const Tensor& x) {
    Tensor y = x;
    for (std::size_t i = 0; i < convs.size(); ++i) {
      y = norms[i](convs[i](y));
      // Batch norm keeps its input for the backward pass, not its output, so the output may be overwritten.
      if (i + 1 < convs.size()) y.relu_();
    }
    return y.add_(shortcut ? shortcut->forward(x) : x);
  }

  const nn::BatchNorm2d& last_norm() const { return norms.back(); }

  std::vector<nn::Conv2d> convs;
  std::vector<nn::BatchNorm2d> norms;
  std::shared_ptr<Projection> shortcut;
};

using Layer = layers::Stage<Block>;

std::shared_ptr<Layer> make_layer(std::int64_t in, std::int64_t planes, std::int64_t stride, std::int64_t num_blocks,
                                  bool bottleneck) {
  auto layer = std::make_shared<Layer>();
  for (std::int64_t i = 0; i < num_blocks; ++i) {
    layer->add(std::make_shared<Block>(i == 0 ? in : planes * (bottleneck ? 4 : 1), planes, i == 0 ? stride : 1, bottleneck));
  }
  return layer;
}

template <class Depth>
class ResNet final : public kdbench::Model {
 public:
  struct Options {};
  static void declare(kdbench::Params<Options>&) {}

  ResNet(Options, const kdbench::ModelContext& context) {
    conv1_ = register_module("conv1", conv(context.image.channels, kStem, 3, 1));
    bn1_ = register_module("bn1", nn::BatchNorm2d(kStem));
    std::int64_t in = kStem;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const std::int64_t planes = kStem << i;
      auto layer = make_layer(in, planes, i == 0 ? 1 : 2, Depth::kBlocks[i], Depth::kBottleneck);
      layers_[i] = register_module("layer" + std::to_string(i + 1), layer);
      in = Depth::kBottleneck ? 4 * planes : planes;
    }
    linear_ = register_module("linear", nn::Linear(in, context.num_classes));
    layers::initialise_convolutions(*this);
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    return layers::through_stages(bn1_(conv1_(images)).relu_(), layers_, kMaps, linear_);
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(linear_); }
  std::map<std::string, kdbench::NormAffine, std::less<>> feature_norms() const override {
    return layers::norms_of_stages(layers_, kMaps);
  }

 private:
  nn::Conv2d conv1_{nullptr};
  nn::BatchNorm2d bn1_{nullptr};
  std::array<std::shared_ptr<Layer>, 4> layers_;
  nn::Linear linear_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("resnet_cifar", "0.1.0", r) {
  const std::string source = "He, Zhang, Ren, Sun 2016, Deep Residual Learning, Table 1; stem and keys as in the CRD code";
  r.model<ResNet<Depth18>>("resnet18", {.summary = "ResNet-18 with a 3 x 3 stem for small images.", .source = source});
  r.model<ResNet<Depth34>>("resnet34", {.summary = "ResNet-34 with a 3 x 3 stem for small images.", .source = source});
  r.model<ResNet<Depth50>>("resnet50", {.summary = "ResNet-50 with a 3 x 3 stem for small images.", .source = source});
}
