// VGG with batch norm for small images. Keys, feature maps and sizes are those of the public CIFAR-100 code.
#include <kdbench/sdk/plugin.h>

#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <array>

namespace {

namespace nn = torch::nn;
using torch::Tensor;

constexpr std::array<const char*, 5> kMaps{"f0", "f1", "f2", "f3", "f4"};
constexpr std::array<std::int64_t, 5> kChannels{64, 128, 256, 512, 512};
constexpr std::int64_t kSmallestSide = 8;  // three poolings by 2

/// Convolutions of each block.
struct Plan {
  std::int64_t depth;
  std::array<std::int64_t, 5> convolutions;
};
constexpr std::array<Plan, 5> kPlans{
    {{8, {1, 1, 1, 1, 1}}, {11, {1, 1, 2, 2, 2}}, {13, {2, 2, 2, 2, 2}}, {16, {2, 2, 3, 3, 3}}, {19, {2, 2, 4, 4, 4}}}};

const Plan& plan_of(std::int64_t depth) {
  const auto it = std::find_if(kPlans.begin(), kPlans.end(), [&](const Plan& plan) { return plan.depth == depth; });
  if (it == kPlans.end()) throw kdbench::Error("vgg: depth must be 8, 11, 13, 16 or 19, found " + std::to_string(depth));
  return *it;
}

/// 3x3 convolutions with bias, each with batch norm and, but for the last, ReLU: the keys are 0, 1, 3, 4, 6, 7, ...
struct Block : nn::Module {
  Block(std::int64_t in, std::int64_t out, std::int64_t convolutions) {
    for (std::int64_t i = 0; i < convolutions; ++i) {
      auto conv = nn::Conv2d(nn::Conv2dOptions(i == 0 ? in : out, out, 3).padding(1));
      convs.push_back(register_module(std::to_string(3 * i), conv));
      norms.push_back(register_module(std::to_string(3 * i + 1), nn::BatchNorm2d(out)));
    }
  }

  /// Returns the block's output before its last activation.
  Tensor forward(Tensor x) {
    for (std::size_t i = 0; i < convs.size(); ++i) {
      x = norms[i](convs[i](x));
      if (i + 1 < convs.size()) x.relu_();
    }
    return x;
  }

  std::vector<nn::Conv2d> convs;
  std::vector<nn::BatchNorm2d> norms;
};

class Vgg final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t depth = 8;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("depth", &Options::depth, "Layers with weights: 8, 11, 13, 16 or 19.");
  }

  Vgg(Options options, const kdbench::ModelContext& context) {
    const auto& plan = plan_of(options.depth);
    const auto& image = context.image;
    const auto side = std::min(image.height, image.width);
    if (side < kSmallestSide) {
      throw kdbench::Error("vgg: images must be at least 8 x 8 (three poolings by 2), found " + std::to_string(image.height) +
                           " x " + std::to_string(image.width) + "; choose another model or larger images");
    }
    num_pools_ = side >= 64 ? 4 : 3;
    std::int64_t in = image.channels;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      blocks_[i] = register_module("block" + std::to_string(i), std::make_shared<Block>(in, kChannels[i], plan.convolutions[i]));
      in = kChannels[i];
    }
    classifier_ = register_module("classifier", nn::Linear(in, context.num_classes));
    initialise();
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = images;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const auto before = blocks_[i]->forward(x);
      x = i == 0 ? before.relu_() : at::relu(before);  // in place only where `before` is not handed out
      if (i > 0) out.preactivations.emplace(kMaps[i], before);
      out.features.emplace(kMaps[i], x);
      if (i < num_pools_) x = at::max_pool2d(x, 2);
    }
    out.embedding_map = x;
    out.embedding = x.mean({2, 3});
    out.logits = classifier_(out.embedding);
    return out;
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return {classifier_->weight, classifier_->bias}; }
  std::map<std::string, kdbench::NormAffine, std::less<>> feature_norms() const override {
    std::map<std::string, kdbench::NormAffine, std::less<>> out;
    for (std::size_t i = 1; i < blocks_.size(); ++i) {
      const auto& norm = blocks_[i]->norms.back();
      out.emplace(kMaps[i], kdbench::NormAffine{norm->weight, norm->bias});
    }
    return out;
  }

 private:
  void initialise() {
    for (auto& module : modules(/*include_self=*/false)) {
      if (auto* c = module->as<nn::Conv2dImpl>()) {
        nn::init::kaiming_normal_(c->weight, 0.0, torch::kFanOut, torch::kReLU);
        nn::init::zeros_(c->bias);
      }
    }
    nn::init::normal_(classifier_->weight, 0.0, 0.01);
    nn::init::zeros_(classifier_->bias);
  }

  std::array<std::shared_ptr<Block>, 5> blocks_;
  std::size_t num_pools_ = 3;
  nn::Linear classifier_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("vgg", "0.1.0", r) {
  r.model<Vgg>("vgg", {.summary = "VGG with batch norm for small images, depth 8, 11, 13, 16 or 19.",
                       .source = "Simonyan, Zisserman 2015, Very Deep Convolutional Networks, Table 1; depth 8 and the single "
                                 "linear layer as in the CRD code"});
}
