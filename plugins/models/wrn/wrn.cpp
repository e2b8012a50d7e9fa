// Wide residual network WRN-depth-width: pre-activation blocks. Keys, feature maps and sizes are those of the public CIFAR-100
// teachers.
#include "../layers.h"

#include <kdbench/sdk/plugin.h>

#include <torch/nn/modules/batchnorm.h>

#include <array>

namespace {

namespace nn = torch::nn;
using layers::conv;
using torch::Tensor;

constexpr std::array<const char*, 4> kMaps{"f0", "f1", "f2", "f3"};

struct Block : nn::Module {
  Block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : bn1(register_module("bn1", nn::BatchNorm2d(in))),
        conv1(register_module("conv1", conv(in, out, 3, stride))),
        bn2(register_module("bn2", nn::BatchNorm2d(out))),
        conv2(register_module("conv2", conv(out, out, 3, 1))) {
    if (in != out) shortcut = register_module("convShortcut", conv(in, out, 1, stride));
  }

  /// `normalised` receives bn1(x), the block's input before its activation, if it is wanted.
  Tensor forward(const Tensor& x, Tensor* normalised) {
    auto active = bn1(x);
    if (normalised) *normalised = active;
    // In place only where the tensor is not handed out; convolution and batch norm keep their inputs, not their outputs.
    active = normalised ? active.relu() : active.relu_();
    auto y = conv2(bn2(conv1(active)).relu_());
    return y.add_(shortcut ? shortcut(active) : x);
  }

  nn::BatchNorm2d bn1;
  nn::Conv2d conv1;
  nn::BatchNorm2d bn2;
  nn::Conv2d conv2;
  nn::Conv2d shortcut{nullptr};
};

/// The blocks of one group, under the keys layer.0, layer.1, ...
struct Group : nn::Module {
  Group(std::int64_t in, std::int64_t out, std::int64_t stride, std::int64_t num_blocks) {
    auto list = register_module("layer", std::make_shared<nn::Module>());
    for (std::int64_t i = 0; i < num_blocks; ++i) {
      blocks.push_back(
          list->register_module(std::to_string(i), std::make_shared<Block>(i == 0 ? in : out, out, i == 0 ? stride : 1)));
    }
  }

  Tensor forward(Tensor x, Tensor* normalised) {
    for (auto& block : blocks) {
      x = block->forward(x, normalised);
      normalised = nullptr;
    }
    return x;
  }

  std::vector<std::shared_ptr<Block>> blocks;
};

class WideResNet final : public kdbench::Model {
 public:
  struct Options {
    std::int64_t depth = 16;
    std::int64_t width = 2;
  };
  static void declare(kdbench::Params<Options>& p) {
    p.add("depth", &Options::depth, "Layers with weights, 6n + 4: 16, 22, 28, 40.", {.min = 10, .max = 1000})
        .add("width", &Options::width, "Channel multiplier k: 16k, 32k, 64k after a stem of 16.", {.min = 1, .max = 32});
  }

  WideResNet(Options options, const kdbench::ModelContext& context) {
    const std::int64_t n = (options.depth - 4) / 6;
    if ((options.depth - 4) % 6 != 0) {
      throw kdbench::Error("wrn: depth must be 6n + 4, found " + std::to_string(options.depth) + "; the nearest are " +
                           std::to_string(6 * n + 4) + " and " + std::to_string(6 * n + 10));
    }
    std::int64_t in = 16;
    conv1_ = register_module("conv1", conv(context.image.channels, in, 3, 1));
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const std::int64_t out = (16 << i) * options.width;
      groups_[i] = register_module("block" + std::to_string(i + 1), std::make_shared<Group>(in, out, i == 0 ? 1 : 2, n));
      in = out;
    }
    bn1_ = register_module("bn1", nn::BatchNorm2d(in));
    fc_ = register_module("fc", nn::Linear(in, context.num_classes));
    layers::initialise_convolutions(*this);
    nn::init::zeros_(fc_->bias);
  }

  kdbench::ModelOutput forward(const Tensor& images) override {
    kdbench::ModelOutput out;
    auto x = conv1_(images);
    out.features.emplace(kMaps[0], x);
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      // A map's batch norm is the first of the next group; the stem's (i = 0) is not handed out, as in the public code.
      Tensor normalised;
      x = groups_[i]->forward(x, i == 0 ? nullptr : &normalised);
      if (i > 0) out.preactivations.emplace(kMaps[i], normalised);
      out.features.emplace(kMaps[i + 1], x);
    }
    const auto last = bn1_(x);
    out.preactivations.emplace(kMaps[3], last);
    out.embedding_map = last.relu();
    out.embedding = out.embedding_map.mean({2, 3});
    out.logits = fc_(out.embedding);
    return out;
  }

  std::vector<std::string> feature_names() const override { return {kMaps.begin(), kMaps.end()}; }
  kdbench::Classifier classifier() const override { return layers::classifier_of(fc_); }
  std::map<std::string, kdbench::NormAffine, std::less<>> feature_norms() const override {
    return {{kMaps[1], layers::affine_of(groups_[1]->blocks.front()->bn1)},
            {kMaps[2], layers::affine_of(groups_[2]->blocks.front()->bn1)},
            {kMaps[3], layers::affine_of(bn1_)}};
  }

 private:
  nn::Conv2d conv1_{nullptr};
  std::array<std::shared_ptr<Group>, 3> groups_;
  nn::BatchNorm2d bn1_{nullptr};
  nn::Linear fc_{nullptr};
};

}  // namespace

KDBENCH_PLUGIN("wrn", "0.1.0", r) {
  r.model<WideResNet>("wrn", {.summary = "Wide residual network WRN-depth-width for small images, depth 6n + 4.",
                              .source = "Zagoruyko, Komodakis 2016, Wide Residual Networks, sec. 2, Table 1"});
}
