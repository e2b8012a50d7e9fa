/// Residual blocks with projection shortcuts under the key `downsample`: what residual networks are made of (He et al. 2016).
#pragma once
#include "layers.h"

namespace residual {

namespace nn = torch::nn;
using layers::conv;
using torch::Tensor;

/// 1x1 convolution and batch norm under the keys 0 and 1.
struct Projection : nn::Module {
  Projection(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv_(register_module("0", conv(in, out, 1, stride))), norm_(register_module("1", nn::BatchNorm2d(out))) {}
  Tensor forward(const Tensor& x) { return norm_(conv_(x)); }

  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
};

struct Block : nn::Module {
  Block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1(register_module("conv1", conv(in, out, 3, stride))),
        bn1(register_module("bn1", nn::BatchNorm2d(out))),
        conv2(register_module("conv2", conv(out, out, 3, 1))),
        bn2(register_module("bn2", nn::BatchNorm2d(out))) {
    if (stride != 1 || in != out) downsample = register_module("downsample", std::make_shared<Projection>(in, out, stride));
  }

  /// Returns the sum of both branches, before the activation.
  Tensor forward(const Tensor& x) {
    // Batch norm keeps its input for the backward pass, not its output, so the output may be overwritten.
    auto y = bn2(conv2(bn1(conv1(x)).relu_()));
    return y.add_(downsample ? downsample->forward(x) : x);
  }

  const nn::BatchNorm2d& last_norm() const { return bn2; }

  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  nn::Conv2d conv2;
  nn::BatchNorm2d bn2;
  std::shared_ptr<Projection> downsample;
};

/// 1x1 to a quarter of the channels, 3x3 with the stride, 1x1 to all of them.
struct Bottleneck : nn::Module {
  Bottleneck(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1(register_module("conv1", conv(in, out / 4, 1, 1))),
        bn1(register_module("bn1", nn::BatchNorm2d(out / 4))),
        conv2(register_module("conv2", conv(out / 4, out / 4, 3, stride))),
        bn2(register_module("bn2", nn::BatchNorm2d(out / 4))),
        conv3(register_module("conv3", conv(out / 4, out, 1, 1))),
        bn3(register_module("bn3", nn::BatchNorm2d(out))) {
    if (stride != 1 || in != out) downsample = register_module("downsample", std::make_shared<Projection>(in, out, stride));
  }

  /// Returns the sum of both branches, before the activation.
  Tensor forward(const Tensor& x) {
    auto y = bn3(conv3(bn2(conv2(bn1(conv1(x)).relu_())).relu_()));
    return y.add_(downsample ? downsample->forward(x) : x);
  }

  const nn::BatchNorm2d& last_norm() const { return bn3; }

  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  nn::Conv2d conv2;
  nn::BatchNorm2d bn2;
  nn::Conv2d conv3;
  nn::BatchNorm2d bn3;
  std::shared_ptr<Projection> downsample;
};

using Layer = layers::Stage<Block>;

/// `num_blocks` blocks, the first of them with the stride.
template <class B = Block>
std::shared_ptr<layers::Stage<B>> make_layer(std::int64_t in, std::int64_t out, std::int64_t stride, std::int64_t num_blocks) {
  auto layer = std::make_shared<layers::Stage<B>>();
  for (std::int64_t i = 0; i < num_blocks; ++i) layer->add(std::make_shared<B>(i == 0 ? in : out, out, i == 0 ? stride : 1));
  return layer;
}

}  // namespace residual
