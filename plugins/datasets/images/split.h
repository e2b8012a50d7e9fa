// Turns image files and their labels into a split, for the plugins that read such files.
#pragma once
#include "load.h"

#include <kdbench/sdk/dataset.h>

#include <ATen/ops/empty.h>

#include <algorithm>

namespace images {

/// Loads the images of `request`, `labels[i]` being the class of its file i, and tells `context.note` how fast. @throws
/// kdbench::Error
inline kdbench::Split make_split(const Request& request, const std::vector<std::int64_t>& labels,
                                 const kdbench::DatasetContext& context) {
  const auto n = static_cast<std::int64_t>(request.files.size());
  const auto& form = request.form;
  const auto size = [](std::size_t s) { return static_cast<std::int64_t>(s); };
  kdbench::Split split{
      at::empty({n, size(form.channels), size(form.height), size(form.width)}, torch::kUInt8), at::empty({n}, torch::kInt64), {}};
  std::copy(labels.begin(), labels.end(), split.labels.data_ptr<std::int64_t>());
  const auto line = load(request, split.images.data_ptr<std::uint8_t>());
  if (context.note) context.note(line);
  return split;
}

}  // namespace images
