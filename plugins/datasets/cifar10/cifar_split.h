// Turns rows of CIFAR files into a split, for the two plugins that read such files.
#pragma once
#include "cifar_reader.h"

#include <kdbench/sdk/dataset.h>

#include <ATen/ops/empty.h>

#include <algorithm>

namespace cifar {

/// Wraps the rows: [N, 3, 32, 32] uint8 and [N] int64.
inline kdbench::Split make_split(const Rows& rows) {
  const auto n = static_cast<std::int64_t>(rows.labels.size()), side = static_cast<std::int64_t>(kSide);
  kdbench::Split split{at::empty({n, 3, side, side}, torch::kUInt8), at::empty({n}, torch::kInt64), {}};
  std::copy(rows.pixels.begin(), rows.pixels.end(), split.images.data_ptr<std::uint8_t>());
  std::copy(rows.labels.begin(), rows.labels.end(), split.labels.data_ptr<std::int64_t>());
  return split;
}

}  // namespace cifar
