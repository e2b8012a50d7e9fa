/// Turning bytes into normalised, cropped, mirrored batches in one pass on the CPU. (device_feed.h does it on a GPU.)
#pragma once
#include <kdbench/train/data/strong_augment.h>

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace kdbench::inline train {

/// Crop offset in [-padding, padding] and mirror flag of one sample in one epoch: a pure function of its arguments.
struct Augmentation {
  std::int64_t dy = 0, dx = 0;
  bool flip = false;
};
Augmentation augmentation(std::uint64_t augment_seed, std::int64_t epoch, std::int64_t row, std::int64_t padding, bool flip);

/// Normalised value of each byte: [C, 256] of (byte / 255 - mean) / stddev.
std::vector<float> byte_table(const std::vector<double>& mean, const std::vector<double>& stddev);

/// Rows of `images` [*, H, W, C] uint8 as [N, C, H, W] float in channels_last. `moves` is empty (none) or has one entry a row:
/// the image is shifted by (dy, dx) with black beyond its edge, then mirrored. So is `strong`, which is done after that.
torch::Tensor gather_bytes_cpu(const torch::Tensor& images, const std::int64_t* positions, std::int64_t n,
                               const std::vector<Augmentation>& moves, const std::vector<float>& table,
                               const std::vector<StrongAugmentation>& strong = {});

}  // namespace kdbench::inline train
