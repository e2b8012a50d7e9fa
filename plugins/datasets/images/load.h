// The images of one split, decoded on all cores once and read from a cache from then on.
#pragma once
#include "files.h"
#include "fit.h"

namespace images {

/// What is to be loaded.
struct Request {
  std::string title;  ///< "tiny_imagenet train", for the note
  fs::path folder;    ///< of the data set; cached beside it, and names in messages are below it
  std::vector<File> files{};
  Form form{};
  unsigned cores = 0;  ///< 0: all
};

/// Bytes of all images together.
std::size_t size_of(const Request& request);

/// Writes the images in order to `out`, [files, channels, height, width] of size_of() bytes. Returns a line that says how fast
/// they were decoded, now or when the cache was filled, and where they are kept.
/// @throws kdbench::Error about the first file that cannot be read
std::string load(const Request& request, std::uint8_t* out);

}  // namespace images
