/// What the convolutional networks have in common: the convolution without bias, its initialisation, the channel shuffle, modules
/// under the keys of public checkpoints, stages of residual blocks and the way through them.
#pragma once
#include <kdbench/sdk/model.h>

#include <ATen/ops/relu.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace layers {

namespace nn = torch::nn;
using torch::Tensor;

/// A convolution without bias that keeps height and width at stride 1.
inline nn::Conv2d conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride, std::int64_t groups = 1) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).groups(groups).bias(false));
}

/// Draws the weights of every convolution from N(0, 2 / (kernel^2 * channels out)): He et al. 2015, with the fan of the output.
inline void initialise_convolutions(nn::Module& network) {
  for (auto& module : network.modules(/*include_self=*/false)) {
    if (auto* c = module->as<nn::Conv2dImpl>()) nn::init::kaiming_normal_(c->weight, 0.0, torch::kFanOut, torch::kReLU);
  }
}

/// Takes one channel of every group in turn.
inline Tensor shuffle(const Tensor& x, std::int64_t groups) {
  const auto n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  // Each layout is copied in its own order, so that channels_last stays channels_last.
  if (x.suggest_memory_format() == at::MemoryFormat::ChannelsLast) {
    const auto in_groups = x.permute({0, 2, 3, 1}).reshape({n, h, w, groups, c / groups});
    return in_groups.transpose(3, 4).reshape({n, h, w, c}).permute({0, 3, 1, 2});
  }
  return x.reshape({n, groups, c / groups, h, w}).transpose(1, 2).reshape({n, c, h, w});
}

inline kdbench::Classifier classifier_of(const nn::Linear& layer) { return {layer->weight, layer->bias}; }

inline kdbench::NormAffine affine_of(const nn::BatchNorm2d& norm) { return {norm->weight, norm->bias}; }

/// Adds a module that only lends its name to the keys of others.
inline std::shared_ptr<nn::Module> group(nn::Module& owner, const std::string& name) {
  return owner.register_module(name, std::make_shared<nn::Module>());
}

/// Convolution, batch norm and ReLU; the first two under the keys `place` and `place + 1` of `owner`.
class ConvNorm {
 public:
  ConvNorm(nn::Module& owner, int place, nn::Conv2d convolution)
      : conv_(owner.register_module(std::to_string(place), convolution)),
        norm_(owner.register_module(std::to_string(place + 1), nn::BatchNorm2d(conv_->options.out_channels()))) {}

  /// Returns the map before its activation.
  Tensor linear(const Tensor& x) { return norm_(conv_(x)); }
  /// Returns the map after ReLU. In place: batch norm keeps its input for the backward pass, not its output.
  Tensor active(const Tensor& x) { return linear(x).relu_(); }

  const nn::BatchNorm2d& norm() const { return norm_; }

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
};

/// Blocks of one width and resolution, under the keys 0, 1, ... A block returns its output before its last activation.
template <class Block>
struct Stage : nn::Module {
  void add(std::shared_ptr<Block> block) { blocks.push_back(register_module(std::to_string(blocks.size()), std::move(block))); }

  /// Returns the stage's output before its last activation.
  Tensor forward(Tensor x) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      x = blocks[i]->forward(x);
      if (i + 1 < blocks.size()) x.relu_();
    }
    return x;
  }

  std::vector<std::shared_ptr<Block>> blocks;
};

/// The way of a network from its stem's map through stages, average pooling and one linear layer. Hands out the map of the stem
/// and of every stage under `maps`, the stages' also before their activation.
template <class Stages, class Maps>
kdbench::ModelOutput through_stages(Tensor x, Stages& stages, const Maps& maps, nn::Linear& classifier) {
  kdbench::ModelOutput out;
  out.features.emplace(maps[0], x);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto before = stages[i]->forward(x);
    x = at::relu(before);  // not in place: the map before the activation is handed out too
    out.preactivations.emplace(maps[i + 1], before);
    out.features.emplace(maps[i + 1], x);
  }
  out.embedding_map = x;
  out.embedding = x.mean({2, 3});
  out.logits = classifier(out.embedding);
  return out;
}

/// By map, the batch norm of every stage's last block that is added to its other branch.
template <class Stages, class Maps>
std::map<std::string, kdbench::NormAffine, std::less<>> norms_of_stages(const Stages& stages, const Maps& maps) {
  std::map<std::string, kdbench::NormAffine, std::less<>> out;
  for (std::size_t i = 0; i < stages.size(); ++i) out.emplace(maps[i + 1], affine_of(stages[i]->blocks.back()->last_norm()));
  return out;
}

}  // namespace layers
