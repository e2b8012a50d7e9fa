// A PNG file; the decoders are told apart by its first bytes.
#include "image.h"

FUZZ_TARGET(png) { kdbench::fuzz::read_image(data, size); }

#ifdef KDBENCH_FUZZ
#include <zlib.h>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// Gives every chunk the checksum of what is in it: almost all that is changed would be refused for that alone.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  const auto number = [&](std::size_t at) {
    return std::size_t{data[at]} << 24 | std::size_t{data[at + 1]} << 16 | std::size_t{data[at + 2]} << 8 | data[at + 3];
  };
  for (std::size_t at = 8; seed % 8 != 0 && at + 12 <= size;) {
    const auto bytes = number(at);
    if (bytes > size - at - 12) break;
    const auto sum = crc32(0, data + at + 4, static_cast<uInt>(bytes + 4));
    for (std::size_t i = 0; i < 4; ++i) data[at + 8 + bytes + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    at += 12 + bytes;
  }
  return size;
}
#endif
