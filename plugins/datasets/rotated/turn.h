// Right-angle rotations of images, and which image gets which. No file is read here.
#pragma once
#include "../subset/choose.h"

#include <ATen/ops/rot90.h>
#include <torch/types.h>

namespace rotated {

/// Returns square images [N, C, S, S] turned anticlockwise by `quarters` right angles.
inline torch::Tensor turn(const torch::Tensor& images, std::int64_t quarters) {
  return at::rot90(images, quarters, {2, 3}).contiguous();
}

/// Returns for each row a number below `angles`, drawn by the seed so that within every class the numbers are as frequent as each
/// other, to one row.
inline std::vector<std::int64_t> draw(const std::int64_t* labels, std::size_t rows, std::size_t classes, std::int64_t angles,
                                      std::uint64_t seed) {
  std::vector<std::int64_t> out(rows, 0);
  for (const auto& of_class : choose::shuffled_by_class(labels, rows, classes, seed)) {
    for (std::size_t i = 0; i < of_class.size(); ++i)
      out[static_cast<std::size_t>(of_class[i])] = static_cast<std::int64_t>(i) % angles;
  }
  return out;
}

}  // namespace rotated
