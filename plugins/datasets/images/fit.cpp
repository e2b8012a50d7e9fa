#include "fit.h"

#include <kdbench/sdk/error.h>

#include <algorithm>
#include <cmath>

namespace images {
namespace {

/// What one target pixel takes of a row: weights of the source pixels from `first` on, which sum to 1.
struct Taps {
  std::size_t first = 0;
  std::vector<double> weights;
};

/// Taps of `out` target pixels, each `scale` source pixels wide, around the centre of `in` source pixels.
std::vector<Taps> taps(std::size_t in, std::size_t out, double scale) {
  const double begin = (static_cast<double>(in) - static_cast<double>(out) * scale) / 2, support = std::max(1.0, scale);
  std::vector<Taps> all(out);
  for (std::size_t o = 0; o < out; ++o) {
    const double centre = begin + (static_cast<double>(o) + 0.5) * scale;
    auto& t = all[o];
    double sum = 0;
    t.first = static_cast<std::size_t>(std::max(0.0, std::floor(centre - support)));
    for (std::size_t i = t.first; i < in && static_cast<double>(i) < centre + support; ++i) {
      t.weights.push_back(std::max(0.0, 1 - std::abs(static_cast<double>(i) + 0.5 - centre) / support));
      sum += t.weights.back();
    }
    for (double& w : t.weights) w /= sum;
  }
  return all;
}

Pixels scaled(const Pixels& image, std::size_t height, std::size_t width) {
  const double scale = std::min(static_cast<double>(image.height) / static_cast<double>(height),
                                static_cast<double>(image.width) / static_cast<double>(width));
  const auto across = taps(image.width, width, scale), down = taps(image.height, height, scale);
  const auto c = image.channels;
  // Of an image that is much higher than wide most rows are cut off, and would take more memory than a machine has.
  const auto top = down.front().first, bottom = down.back().first + down.back().weights.size();
  std::vector<double> rows((bottom - top) * width * c, 0.0);
  for (std::size_t y = top; y < bottom; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t k = 0; k < across[x].weights.size() * c; ++k) {
        rows[((y - top) * width + x) * c + k % c] +=
            across[x].weights[k / c] * image.values[(y * image.width + across[x].first) * c + k];
      }
    }
  }
  Pixels out{c, height, width, Bytes(height * width * c)};
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < width * c; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < down[y].weights.size(); ++k)
        sum += down[y].weights[k] * rows[(down[y].first - top + k) * width * c + i];
      out.values[y * width * c + i] = static_cast<std::uint8_t>(std::clamp(std::lround(sum), 0l, 255l));
    }
  }
  return out;
}

std::string size_text(std::size_t height, std::size_t width) { return std::to_string(height) + " x " + std::to_string(width); }

}  // namespace

Pixels fit(Pixels image, const Form& form, const std::string& name) {
  if (image.height == form.height && image.width == form.width) return image;
  if (!form.resize) {
    throw kdbench::Error(name + ": expected an image of " + size_text(form.height, form.width) +
                         " pixels (height x width), found " + size_text(image.height, image.width));
  }
  return scaled(image, form.height, form.width);
}

void to_planes(const Pixels& image, std::uint8_t* out) {
  const auto pixels = image.height * image.width;
  for (std::size_t c = 0; c < image.channels; ++c) {
    for (std::size_t i = 0; i < pixels; ++i) out[c * pixels + i] = image.values[i * image.channels + c];
  }
}

}  // namespace images
