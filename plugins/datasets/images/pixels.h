// Decoded images and the decoders. No torch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace images {

using Bytes = std::vector<std::uint8_t>;

/// One image, pixel by pixel.
struct Pixels {
  std::size_t channels = 0, height = 0, width = 0;
  Bytes values;  ///< [height, width, channels]
};

/// Larger images are refused: a header may promise any size.
inline constexpr std::size_t kMaxPixels = std::size_t{1} << 27;

/// Decodes the content of a JPEG or PNG file, told apart by its first bytes, to 1 (grey) or 3 (RGB) channels. A grey image
/// becomes three equal planes, a coloured one BT.601 luma; an alpha channel is dropped; 16 bits become 8. Neither colour profiles
/// nor the orientation that a camera noted are applied.
/// @throws kdbench::Error that begins with `name` if the content is neither, is broken or cut short, or has a form that is not
/// read
Pixels decode(const Bytes& file, std::size_t channels, const std::string& name);

Pixels decode_jpeg(const Bytes& file, std::size_t channels, const std::string& name);  ///< as decode(), of a JPEG file
Pixels decode_png(const Bytes& file, std::size_t channels, const std::string& name);   ///< as decode(), of a PNG file

}  // namespace images
