#include "pixels.h"

#include <kdbench/sdk/error.h>

#include <turbojpeg.h>

#include <algorithm>
#include <initializer_list>
#include <memory>

namespace images {
namespace {

struct Destroy {
  void operator()(void* handle) const { tjDestroy(handle); }
};

/// One decompressor a thread: making one costs as much as decoding a small image.
tjhandle decompressor() {
  thread_local const std::unique_ptr<void, Destroy> handle(tjInitDecompress());
  if (!handle) throw kdbench::Error("libjpeg-turbo cannot make a decompressor: " + std::string(tjGetErrorStr2(nullptr)));
  return handle.get();
}

/// Some files of well-known data sets make the library warn about a stray byte; only one that ends early lacks pixels.
bool is_broken(tjhandle handle) {
  return tjGetErrorCode(handle) == TJERR_FATAL || std::string(tjGetErrorStr2(handle)).find("remature end") != std::string::npos;
}

}  // namespace

Pixels decode_jpeg(const Bytes& file, std::size_t channels, const std::string& name) {
  const auto handle = decompressor();
  int width = 0, height = 0, subsampling = 0, space = 0;
  if (tjDecompressHeader3(handle, file.data(), file.size(), &width, &height, &subsampling, &space) != 0 && is_broken(handle)) {
    throw kdbench::Error(name + ": a broken JPEG header (" + tjGetErrorStr2(handle) + "); fetch the file again");
  }
  if (space == TJCS_CMYK || space == TJCS_YCCK) throw kdbench::Error(name + ": a JPEG of four inks (CMYK); convert it to RGB");
  Pixels out{channels, static_cast<std::size_t>(height), static_cast<std::size_t>(width), {}};
  if (out.height * out.width > kMaxPixels) {
    throw kdbench::Error(name + ": " + std::to_string(height) + " x " + std::to_string(width) + " pixels are more than are read");
  }
  out.values.resize(out.height * out.width * channels);
  const int form = channels == 1 ? TJPF_GRAY : TJPF_RGB;
  if (tjDecompress2(handle, file.data(), file.size(), out.values.data(), width, 0, height, form, TJFLAG_ACCURATEDCT) != 0 &&
      is_broken(handle)) {
    throw kdbench::Error(name + ": broken JPEG data (" + tjGetErrorStr2(handle) + "); fetch the file again");
  }
  return out;
}

Pixels decode(const Bytes& file, std::size_t channels, const std::string& name) {
  const auto begins = [&](std::initializer_list<std::uint8_t> magic) {
    return file.size() >= magic.size() && std::equal(magic.begin(), magic.end(), file.begin());
  };
  if (begins({0xFF, 0xD8, 0xFF})) return decode_jpeg(file, channels, name);
  if (begins({0x89, 'P', 'N', 'G'})) return decode_png(file, channels, name);
  throw kdbench::Error(name + (file.empty() ? ": an empty file" : ": neither JPEG nor PNG") + "; fetch it again, or remove it");
}

}  // namespace images
