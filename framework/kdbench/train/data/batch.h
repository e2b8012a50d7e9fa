/// Rows of data as tensors on the device: some rows of a split, and one batch as a network sees it.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace kdbench::inline train {

/// One batch of N rows on the device.
struct Batch {
  torch::Tensor images;              ///< [N, C, H, W] float, normalised, channels_last where H * W > 1
  torch::Tensor labels;              ///< [N] int64
  torch::Tensor indices;             ///< [N] int64 in [0, rows trained on): which of them they are
  torch::Tensor posterior;           ///< [N, K] float, or undefined
  torch::Tensor second_images = {};  ///< another view of the same rows, as `images`; undefined unless the recipe has two views
  torch::Tensor mixed_labels = {};   ///< [N] int64: of the images mixed in; undefined unless the recipe mixes
  double mix = 1.0;                  ///< an image is mix * (that of its label) + (1 - mix) * (that of its mixed label)
};

/// Some rows of a split, on the device.
struct Rows {
  torch::Tensor images;     ///< bytes [N, H, W, C] uint8, or float [N, C, H, W]
  torch::Tensor labels;     ///< [N] int64
  torch::Tensor posterior;  ///< [N, K] float64 or undefined
  torch::Tensor indices;    ///< [N] int64: rows of the split they were cut from
  std::int64_t size() const { return labels.defined() ? labels.size(0) : 0; }
};

}  // namespace kdbench::inline train
