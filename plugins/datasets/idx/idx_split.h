// Turns a pair of IDX files into a split, for the plugins that read such files.
#pragma once
#include "idx_reader.h"

#include <kdbench/sdk/dataset.h>

#include <ATen/ops/empty.h>

#include <algorithm>

namespace idx {

/// Wraps images and labels, [N, 1, H, W] uint8 and [N] int64. @throws kdbench::Error if their counts differ.
inline kdbench::Split make_split(const Images& images, const std::vector<std::uint8_t>& labels, const fs::path& image_file,
                                 const fs::path& label_file) {
  if (images.count != labels.size()) {
    throw kdbench::Error(image_file.string() + " holds " + std::to_string(images.count) + " images but " + label_file.string() +
                         " holds " + std::to_string(labels.size()) + " labels; they must be one split's pair");
  }
  const auto n = static_cast<std::int64_t>(images.count);
  const auto height = static_cast<std::int64_t>(images.height), width = static_cast<std::int64_t>(images.width);
  kdbench::Split split{at::empty({n, 1, height, width}, torch::kUInt8), at::empty({n}, torch::kInt64), {}};
  std::copy(images.pixels.begin(), images.pixels.end(), split.images.data_ptr<std::uint8_t>());
  std::copy(labels.begin(), labels.end(), split.labels.data_ptr<std::int64_t>());
  return split;
}

}  // namespace idx
