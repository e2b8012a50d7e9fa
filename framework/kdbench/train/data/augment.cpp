#include <kdbench/base/hash.h>
#include <kdbench/train/data/augment.h>

#include <ATen/Functions.h>

#include <algorithm>

namespace kdbench::inline train {
namespace {

struct ImageSize {
  std::int64_t height, width, channels;
};

/// A whole image without movement.
void copy_plain(const std::uint8_t* from, float* to, ImageSize size, const float* table) {
  const auto pixels = size.height * size.width;
  if (size.channels == 1) {
    for (std::int64_t i = 0; i < pixels; ++i) to[i] = table[from[i]];
    return;
  }
  for (std::int64_t i = 0; i < pixels; ++i) {
    for (std::int64_t c = 0; c < size.channels; ++c) to[i * size.channels + c] = table[c * 256 + from[i * size.channels + c]];
  }
}

/// Where a pixel of a moved image comes from; nothing beyond the edge.
const std::uint8_t* source_of(const std::uint8_t* from, ImageSize size, const Augmentation& move, std::int64_t y,
                              std::int64_t x) {
  const auto source_y = y + move.dy, source_x = (move.flip ? size.width - 1 - x : x) + move.dx;
  const bool inside = source_y >= 0 && source_y < size.height && source_x >= 0 && source_x < size.width;
  return inside ? from + (source_y * size.width + source_x) * size.channels : nullptr;
}

/// The image as bytes, for what comes after.
void move_bytes(const std::uint8_t* from, std::uint8_t* to, ImageSize size, const Augmentation& move) {
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < size.width; ++x, to += size.channels) {
      const auto* source = source_of(from, size, move, y, x);
      if (source)
        std::copy_n(source, size.channels, to);
      else
        std::fill_n(to, size.channels, std::uint8_t{0});
    }
  }
}

void fill_black(float* to, std::int64_t pixels, std::int64_t channels, const float* table) {
  for (std::int64_t i = 0; i < pixels; ++i) {
    for (std::int64_t c = 0; c < channels; ++c) to[i * channels + c] = table[c * 256];
  }
}

void copy_moved(const std::uint8_t* from, float* to, ImageSize size, const Augmentation& move, const float* table) {
  const auto [height, width, channels] = size;
  for (std::int64_t y = 0; y < height; ++y) {
    float* row = to + y * width * channels;
    const auto source_y = y + move.dy;
    if (source_y < 0 || source_y >= height) {
      fill_black(row, width, channels, table);
      continue;
    }
    const std::uint8_t* source = from + source_y * width * channels;
    for (std::int64_t x = 0; x < width; ++x) {
      const auto source_x = (move.flip ? width - 1 - x : x) + move.dx;
      const bool inside = source_x >= 0 && source_x < width;
      for (std::int64_t c = 0; c < channels; ++c) {
        row[x * channels + c] = table[c * 256 + (inside ? source[source_x * channels + c] : 0)];
      }
    }
  }
}

}  // namespace

Augmentation augmentation(std::uint64_t augment_seed, std::int64_t epoch, std::int64_t row, std::int64_t padding, bool flip) {
  const auto bits = mix64(mix64(augment_seed ^ static_cast<std::uint64_t>(epoch)) ^ mix64(static_cast<std::uint64_t>(row)));
  const auto span = static_cast<std::uint64_t>(2 * padding + 1);
  return {static_cast<std::int64_t>((bits & 0xFFFFF) % span) - padding,
          static_cast<std::int64_t>((bits >> 20 & 0xFFFFF) % span) - padding, flip && (bits >> 40 & 1) != 0};
}

std::vector<float> byte_table(const std::vector<double>& mean, const std::vector<double>& stddev) {
  std::vector<float> table(mean.size() * 256);
  for (std::size_t c = 0; c < mean.size(); ++c) {
    for (int v = 0; v < 256; ++v)
      table[c * 256 + static_cast<std::size_t>(v)] = static_cast<float>((v / 255.0 - mean[c]) / stddev[c]);
  }
  return table;
}

torch::Tensor gather_bytes_cpu(const torch::Tensor& images, const std::int64_t* positions, std::int64_t n,
                               const std::vector<Augmentation>& moves, const std::vector<float>& table,
                               const std::vector<StrongAugmentation>& strong) {
  const ImageSize size{images.size(1), images.size(2), images.size(3)};
  const auto bytes = size.height * size.width * size.channels;
  auto out = torch::empty({n, size.height, size.width, size.channels});
  const auto* from = images.data_ptr<std::uint8_t>();
  auto* to = out.data_ptr<float>();
  std::vector<std::uint8_t> changed(strong.empty() ? 0 : static_cast<std::size_t>(bytes));
  for (std::int64_t i = 0; i < n; ++i) {
    const auto* image = from + positions[i] * bytes;
    const auto at = static_cast<std::size_t>(i);
    if (!strong.empty()) {
      move_bytes(image, changed.data(), size, moves.empty() ? Augmentation{} : moves[at]);
      augment_strongly(changed.data(), size.height, size.width, size.channels, strong[at]);
      copy_plain(changed.data(), to + i * bytes, size, table.data());
    } else if (moves.empty())
      copy_plain(image, to + i * bytes, size, table.data());
    else
      copy_moved(image, to + i * bytes, size, moves[at], table.data());
  }
  return out.permute({0, 3, 1, 2});
}

}  // namespace kdbench::inline train
