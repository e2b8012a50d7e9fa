/// What the networks on patches of an image have in common: the cut into patches, the two linear layers between tokens' norms,
/// and tokens as maps. N images, T tokens, D channels.
#pragma once
#include <kdbench/sdk/model.h>

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/gelu.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace patches {

namespace nn = torch::nn;
using torch::Tensor;

/// The patches' map and the map after each quarter of the blocks.
constexpr std::array<const char*, 5> kMaps{"f0", "f1", "f2", "f3", "f4"};

/// How an image is cut. Sides that `patch` does not divide are filled up with zeros at the right and below.
struct Grid {
  std::int64_t patch = 1, rows = 1, columns = 1;

  std::int64_t size() const { return rows * columns; }
};

/// The grid of patches of `patch` pixels; 0: those that cut the shorter side into about eight, 4 at 32 pixels and 8 at 64.
/// @throws kdbench::Error in the name of `model` for a patch that is larger than the image
inline Grid grid_of(std::int64_t patch, const kdbench::ImageShape& image, const std::string& model) {
  const auto side = std::min(image.height, image.width);
  if (patch > side) {
    throw kdbench::Error(model + ": patch must be at most the shorter side of the image, found patch = " + std::to_string(patch) +
                         " for images of " + std::to_string(image.height) + " x " + std::to_string(image.width) +
                         "; set a smaller 'patch', or 0 for about eight patches a side");
  }
  if (patch == 0) patch = std::max<std::int64_t>(1, (side + 4) / 8);
  const auto cut = [patch](std::int64_t pixels) { return (pixels + patch - 1) / patch; };
  return {patch, cut(image.height), cut(image.width)};
}

/// How many of `depth` blocks come before map `i` of kMaps; every block comes before the last.
inline std::int64_t blocks_before(std::size_t i, std::int64_t depth) {
  return static_cast<std::int64_t>(i) * depth / static_cast<std::int64_t>(kMaps.size() - 1);
}

/// A convolution as wide as its stride, under the key proj.
struct Embedding : nn::Module {
  Embedding(const Grid& grid, std::int64_t in, std::int64_t out) : grid_(grid) {
    proj = register_module("proj", nn::Conv2d(nn::Conv2dOptions(in, out, grid.patch).stride(grid.patch)));
  }

  /// Returns the tokens of the patches, row by row, [N, T, D].
  Tensor forward(const Tensor& images) {
    const auto below = grid_.rows * grid_.patch - images.size(2), right = grid_.columns * grid_.patch - images.size(3);
    const auto whole = below == 0 && right == 0 ? images : at::constant_pad_nd(images, {0, right, 0, below});
    return proj(whole).flatten(2).transpose(1, 2);
  }

  nn::Conv2d proj{nullptr};

 private:
  Grid grid_;
};

/// Linear layer, GELU, linear layer, under the keys fc1 and fc2.
struct Perceptron : nn::Module {
  Perceptron(std::int64_t width, std::int64_t hidden)
      : fc1(register_module("fc1", nn::Linear(width, hidden))), fc2(register_module("fc2", nn::Linear(hidden, width))) {}
  Tensor forward(const Tensor& x) { return fc2(at::gelu(fc1(x))); }

  nn::Linear fc1, fc2;
};

/// The tokens of the patches as a map, [N, T, D] -> [N, D, rows, columns]; no copy.
inline Tensor as_map(const Tensor& tokens, const Grid& grid) {
  return tokens.transpose(1, 2).unflatten(2, {grid.rows, grid.columns});
}

/// Hands out `map` under name `i` of kMaps. No activation follows a sum of branches: the map is what it is before one, too. The
/// patches' own has none.
inline void hand_out(kdbench::ModelOutput& out, std::size_t i, const Tensor& map) {
  if (i > 0) out.preactivations.emplace(kMaps[i], map);
  out.features.emplace(kMaps[i], map);
}

}  // namespace patches
