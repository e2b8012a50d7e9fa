// Reads IDX files (the format of MNIST), plain or gzip by content, and says exactly what is wrong with one that is not. No torch.
#pragma once
#include <kdbench/sdk/error.h>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace idx {

namespace fs = std::filesystem;

inline constexpr std::uint32_t kImages = 2051;  ///< bytes in three dimensions: [N, H, W]
inline constexpr std::uint32_t kLabels = 2049;  ///< bytes in one dimension: [N]

struct Images {
  std::size_t count = 0, height = 0, width = 0;
  std::vector<std::uint8_t> pixels;  ///< [N, H, W]
};

/// Returns the names one file may have: as given, with and without ".gz", and with "-idx" for ".idx" and the reverse.
inline std::vector<fs::path> spellings(const fs::path& file) {
  std::vector<std::string> names{file.filename().string()};
  for (const auto& [from, to] : {std::pair{"-idx", ".idx"}, std::pair{".idx", "-idx"}}) {
    auto name = names.front();
    if (const auto at = name.rfind(from); at != std::string::npos) names.push_back(name.replace(at, 4, to));
  }
  std::vector<fs::path> paths;
  for (const auto& name : names) {
    paths.push_back(file.parent_path() / name);
    const bool gz = name.ends_with(".gz");
    paths.push_back(file.parent_path() / (gz ? name.substr(0, name.size() - 3) : name + ".gz"));
  }
  return paths;
}

/// Returns the first spelling that exists. `hint` ends the message if none does.
inline fs::path find(const fs::path& file, const std::string& hint) {
  std::string tried;
  for (const auto& path : spellings(file)) {
    if (fs::is_regular_file(path)) return path;
    tried += (tried.empty() ? "" : ", ") + path.filename().string();
  }
  throw kdbench::Error("cannot find " + file.string() + " (tried " + tried + " in '" + file.parent_path().string() + "'); " +
                       hint);
}

inline std::uint32_t big_endian(const std::uint8_t* p) {
  return (std::uint32_t{p[0]} << 24) | (std::uint32_t{p[1]} << 16) | (std::uint32_t{p[2]} << 8) | p[3];
}

/// Bytes of a header: the magic number, and a size a dimension, of which the magic number tells how many there are.
inline std::size_t header_bytes(std::uint32_t magic) { return 4 + 4 * std::size_t{magic & 0xff}; }

/// Returns how many bytes a file of that magic number has which begins like this, header included; as many as a header has where
/// it is another, or too short. SIZE_MAX: more than can be counted.
inline std::size_t promised_bytes(const std::vector<std::uint8_t>& begin, std::uint32_t magic) {
  const auto header = header_bytes(magic);
  if (begin.size() < header || big_endian(begin.data()) != magic) return header;
  std::size_t data = 1;
  for (std::size_t at = 4; at < header; at += 4) {
    if (__builtin_mul_overflow(data, std::size_t{big_endian(begin.data() + at)}, &data)) return SIZE_MAX;
  }
  return __builtin_add_overflow(data, header, &data) ? SIZE_MAX : data;
}

/// Returns the file, inflated if its first bytes are gzip's, to the end or until it has more than its header promises: a small
/// file may inflate to any size.
inline std::vector<std::uint8_t> read_all(const fs::path& path, std::uint32_t magic) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) throw kdbench::Error("cannot open " + path.string());
  constexpr unsigned kChunk = 1u << 16;
  gzbuffer(file.get(), kChunk);
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const auto size = bytes.size();
    bytes.resize(size + kChunk);
    const int got = gzread(file.get(), bytes.data() + size, kChunk);
    bytes.resize(size + static_cast<std::size_t>(got > 0 ? got : 0));
    int code = Z_OK;
    const char* why = gzerror(file.get(), &code);
    if (got < 0 || code == Z_BUF_ERROR)
      throw kdbench::Error(path.string() + ": broken gzip data (" + why + "); fetch the file again");
    if (got == 0 || bytes.size() > promised_bytes(bytes, magic)) return bytes;
  }
}

/// Says what `found` is, where `expected` was wanted.
inline std::string explain_magic(std::uint32_t expected, std::uint32_t found) {
  const std::string wanted = expected == kImages ? "2051 (images)" : "2049 (labels)";
  std::string text = "expected the magic number " + wanted + ", found " + std::to_string(found);
  if (found == kImages) return text + " (images): are the image and label files swapped?";
  if (found == kLabels) return text + " (labels): are the image and label files swapped?";
  const std::uint32_t swapped = __builtin_bswap32(found);
  if (swapped == kImages || swapped == kLabels) {
    return text + ", which is " + std::to_string(swapped) +
           " in little-endian order; IDX headers are big-endian, rewrite the file";
  }
  return text + "; this is no IDX file of bytes";
}

/// Returns the dimensions after checking magic number and size.
inline std::vector<std::size_t> check_header(const std::vector<std::uint8_t>& bytes, std::uint32_t magic, const fs::path& path) {
  const auto header = header_bytes(magic);
  if (bytes.size() >= 4 && big_endian(bytes.data()) != magic) {
    throw kdbench::Error(path.string() + ": " + explain_magic(magic, big_endian(bytes.data())));
  }
  if (bytes.size() < header) {
    throw kdbench::Error(path.string() + ": expected a header of " + std::to_string(header) + " bytes, found " +
                         std::to_string(bytes.size()) + " bytes in all; fetch the file again");
  }
  const auto promised = promised_bytes(bytes, magic);
  if (promised == SIZE_MAX) throw kdbench::Error(path.string() + ": dimensions overflow");
  if (promised == header)
    throw kdbench::Error(path.string() + ": expected rows after the header, which promises none; fetch the file again");
  if (bytes.size() != promised) {
    throw kdbench::Error(path.string() + ": expected " + std::to_string(promised - header) + " bytes after the header, found " +
                         (bytes.size() > promised ? "more" : std::to_string(bytes.size() - header)) +
                         "; the file is cut short or has extra bytes, fetch it again");
  }
  std::vector<std::size_t> dims;
  for (std::size_t at = 4; at < header; at += 4) dims.push_back(big_endian(bytes.data() + at));
  return dims;
}

/// Reads an image file. @throws kdbench::Error
inline Images read_images(const fs::path& path) {
  auto bytes = read_all(path, kImages);
  const auto dims = check_header(bytes, kImages, path);
  bytes.erase(bytes.begin(), bytes.begin() + 16);
  return {dims[0], dims[1], dims[2], std::move(bytes)};
}

/// Reads a label file; every label must lie below `num_classes`. @throws kdbench::Error
inline std::vector<std::uint8_t> read_labels(const fs::path& path, std::size_t num_classes) {
  auto bytes = read_all(path, kLabels);
  check_header(bytes, kLabels, path);
  bytes.erase(bytes.begin(), bytes.begin() + 8);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] >= num_classes) {
      throw kdbench::Error(path.string() + ": expected labels from 0 to " + std::to_string(num_classes - 1) + ", found " +
                           std::to_string(bytes[i]) + " at row " + std::to_string(i));
    }
  }
  return bytes;
}

/// Returns the images at half height and width: each pixel the rounded mean of a 2 x 2 square (odd last rows and columns fall
/// away).
inline Images halve(const Images& in) {
  Images out{in.count, in.height / 2, in.width / 2, {}};
  out.pixels.reserve(out.count * out.height * out.width);
  for (std::size_t n = 0; n < in.count; ++n) {
    for (std::size_t y = 0; y < out.height; ++y) {
      const std::uint8_t* top = in.pixels.data() + (n * in.height + 2 * y) * in.width;
      const std::uint8_t* below = top + in.width;
      for (std::size_t x = 0; x < out.width; ++x) {
        const unsigned sum = top[2 * x] + top[2 * x + 1] + below[2 * x] + below[2 * x + 1];
        out.pixels.push_back(static_cast<std::uint8_t>((sum + 2) / 4));
      }
    }
  }
  return out;
}

}  // namespace idx
