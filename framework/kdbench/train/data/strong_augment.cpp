#include <kdbench/base/hash.h>
#include <kdbench/train/data/strong_augment.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

namespace kdbench::inline train {
namespace {

constexpr std::int64_t kMostMagnitude = 10, kOperations = 7;

struct Canvas {
  std::uint8_t* pixels;
  std::int64_t height, width, channels;
  std::int64_t count() const { return height * width; }
};

/// Puts every byte of a channel through a table.
void map_channel(const Canvas& canvas, std::int64_t channel, const std::array<std::uint8_t, 256>& table) {
  for (std::int64_t i = 0; i < canvas.count(); ++i) {
    auto& byte = canvas.pixels[i * canvas.channels + channel];
    byte = table[byte];
  }
}

std::array<std::int64_t, 256> histogram(const Canvas& canvas, std::int64_t channel) {
  std::array<std::int64_t, 256> out{};
  for (std::int64_t i = 0; i < canvas.count(); ++i) ++out[canvas.pixels[i * canvas.channels + channel]];
  return out;
}

/// The darkest byte becomes 0, the lightest 255; what lies between is spread evenly, rounded down.
void autocontrast(const Canvas& canvas, std::int64_t channel) {
  const auto counts = histogram(canvas, channel);
  int low = 0, high = 255;
  while (low < 255 && counts[static_cast<std::size_t>(low)] == 0) ++low;
  while (high > 0 && counts[static_cast<std::size_t>(high)] == 0) --high;
  if (high <= low) return;
  std::array<std::uint8_t, 256> table{};
  for (int v = 0; v < 256; ++v)
    table[static_cast<std::size_t>(v)] = static_cast<std::uint8_t>(std::clamp((v - low) * 255 / (high - low), 0, 255));
  map_channel(canvas, channel, table);
}

/// Histogram equalisation: each byte becomes its rank, in steps of the pixels that are not of the lightest byte.
void equalize(const Canvas& canvas, std::int64_t channel) {
  const auto counts = histogram(canvas, channel);
  const auto last = *std::find_if(counts.rbegin(), counts.rend(), [](auto n) { return n > 0; });
  const auto step = (canvas.count() - last) / 255;
  if (step == 0) return;
  std::array<std::uint8_t, 256> table{};
  std::int64_t below = step / 2;
  for (std::size_t v = 0; v < 256; ++v) {
    table[v] = static_cast<std::uint8_t>(std::min<std::int64_t>(below / step, 255));
    below += counts[v];
  }
  map_channel(canvas, channel, table);
}

void solarize(const Canvas& canvas, std::int64_t threshold) {
  for (std::int64_t i = 0; i < canvas.count() * canvas.channels; ++i) {
    if (canvas.pixels[i] >= threshold) canvas.pixels[i] = static_cast<std::uint8_t>(255 - canvas.pixels[i]);
  }
}

void posterize(const Canvas& canvas, std::int64_t bits) {
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits));
  for (std::int64_t i = 0; i < canvas.count() * canvas.channels; ++i) canvas.pixels[i] &= mask;
}

/// Black where the image has moved away from.
void shift(const Canvas& canvas, std::int64_t dy, std::int64_t dx) {
  const std::vector<std::uint8_t> before(canvas.pixels, canvas.pixels + canvas.count() * canvas.channels);
  for (std::int64_t y = 0; y < canvas.height; ++y) {
    for (std::int64_t x = 0; x < canvas.width; ++x) {
      auto* to = canvas.pixels + (y * canvas.width + x) * canvas.channels;
      const auto from_y = y - dy, from_x = x - dx;
      const bool inside = from_y >= 0 && from_y < canvas.height && from_x >= 0 && from_x < canvas.width;
      if (inside)
        std::copy_n(before.data() + (from_y * canvas.width + from_x) * canvas.channels, canvas.channels, to);
      else
        std::fill_n(to, canvas.channels, std::uint8_t{0});
    }
  }
}

void cut(const Canvas& canvas, const StrongAugmentation& a) {
  const auto top = std::max<std::int64_t>(0, a.cut_y - a.cut_side / 2),
             left = std::max<std::int64_t>(0, a.cut_x - a.cut_side / 2);
  const auto bottom = std::min(canvas.height, a.cut_y - a.cut_side / 2 + a.cut_side);
  const auto right = std::min(canvas.width, a.cut_x - a.cut_side / 2 + a.cut_side);
  for (auto y = top; y < bottom && left < right; ++y)
    std::fill_n(canvas.pixels + (y * canvas.width + left) * canvas.channels, (right - left) * canvas.channels, std::uint8_t{0});
}

void apply(const Canvas& canvas, const StrongAugmentation::Step& step) {
  switch (step.operation) {
    case StrongOperation::kIdentity:
      return;
    case StrongOperation::kAutocontrast:
      for (std::int64_t c = 0; c < canvas.channels; ++c) autocontrast(canvas, c);
      return;
    case StrongOperation::kEqualize:
      for (std::int64_t c = 0; c < canvas.channels; ++c) equalize(canvas, c);
      return;
    case StrongOperation::kSolarize:
      return solarize(canvas, step.level);
    case StrongOperation::kPosterize:
      return posterize(canvas, step.level);
    case StrongOperation::kShiftY:
      return shift(canvas, step.level, 0);
    case StrongOperation::kShiftX:
      return shift(canvas, 0, step.level);
  }
}

/// At the largest magnitude solarize inverts everything, posterize keeps 4 bits, and a shift is 150 / 331 of the side, as in
/// AutoAugment.
std::int64_t level_of(StrongOperation operation, std::int64_t magnitude, bool back, std::int64_t height, std::int64_t width) {
  const auto shifted = [&](std::int64_t side) {
    const auto pixels = side * 150 * magnitude / (331 * kMostMagnitude);
    return back ? -pixels : pixels;
  };
  switch (operation) {
    case StrongOperation::kSolarize:
      return 256 - 256 * magnitude / kMostMagnitude;
    case StrongOperation::kPosterize:
      return 8 - 4 * magnitude / kMostMagnitude;
    case StrongOperation::kShiftY:
      return shifted(height);
    case StrongOperation::kShiftX:
      return shifted(width);
    default:
      return 0;
  }
}

}  // namespace

StrongAugmentation strong_augmentation(std::uint64_t augment_seed, std::int64_t epoch, std::int64_t row, std::int64_t view,
                                       const StrongSettings& settings, std::int64_t height, std::int64_t width) {
  auto state = mix64(mix64(augment_seed ^ static_cast<std::uint64_t>(epoch)) ^ mix64(static_cast<std::uint64_t>(row)) ^
                     mix64(0x5354524fULL + static_cast<std::uint64_t>(view)));
  const auto draw = [&](std::int64_t below) {
    state = mix64(state + 0x9e3779b97f4a7c15ULL);
    return static_cast<std::int64_t>(state % static_cast<std::uint64_t>(below));
  };
  StrongAugmentation out;
  for (std::int64_t i = 0; i < settings.operations; ++i) {
    const auto operation = static_cast<StrongOperation>(draw(kOperations));
    const bool back = draw(2) == 1;
    out.steps.push_back({operation, level_of(operation, settings.magnitude, back, height, width)});
  }
  out.cut_side = settings.cutout;
  out.cut_y = draw(height);
  out.cut_x = draw(width);
  return out;
}

void augment_strongly(std::uint8_t* pixels, std::int64_t height, std::int64_t width, std::int64_t channels,
                      const StrongAugmentation& augmentation) {
  const Canvas canvas{pixels, height, width, channels};
  for (const auto& step : augmentation.steps) apply(canvas, step);
  if (augmentation.cut_side > 0) cut(canvas, augmentation);
}

}  // namespace kdbench::inline train
