/// Decodes an image file as the data sets do: to one or three channels, and to the size that was promised.
#pragma once
#include "../../plugins/datasets/images/fit.h"
#include "fuzz.h"

namespace kdbench::fuzz {

inline void read_image(const std::uint8_t* data, std::size_t size) {
  const images::Bytes file(data, data + size);
  for (const std::size_t channels : {1, 3}) {
    may_refuse([&] {
      const auto image = images::decode(file, channels, "x");
      require(image.values.size() == image.channels * image.height * image.width, "there are as many pixels as the size says");
      const images::Form form{.channels = channels, .height = 8, .width = 6, .resize = true};
      const auto fitted = images::fit(image, form, "x");
      require(fitted.values.size() == channels * 48, "it has the size that was asked for");
      images::Bytes planes(fitted.values.size());
      images::to_planes(fitted, planes.data());
    });
  }
}

}  // namespace kdbench::fuzz
