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

/// Some files of well-known data sets have a stray byte or two at their end, which the library warns about; their pixels are
/// right. Any other word of it means that pixels are wrong or missing, whether it calls that an error or a warning (an error that
/// follows a warning is reported as one).
bool is_harmless(const std::string& message) {
  return message.find(" 1 extraneous bytes before marker 0xd9") != std::string::npos ||
         message.find(" 2 extraneous bytes before marker 0xd9") != std::string::npos;
}

/// What went wrong in the last call; empty: nothing that matters.
std::string fault_of(int status, tjhandle handle) {
  const std::string message = status == 0 ? "" : tjGetErrorStr2(handle);
  return is_harmless(message) ? "" : message;
}

}  // namespace

Pixels decode_jpeg(const Bytes& file, std::size_t channels, const std::string& name) {
  const auto handle = decompressor();
  int width = 0, height = 0, subsampling = 0, space = 0;
  const int header = tjDecompressHeader3(handle, file.data(), file.size(), &width, &height, &subsampling, &space);
  if (const auto fault = fault_of(header, handle); !fault.empty())
    throw kdbench::Error(name + ": a broken JPEG header (" + fault + "); fetch the file again");
  if (space == TJCS_CMYK || space == TJCS_YCCK) throw kdbench::Error(name + ": a JPEG of four inks (CMYK); convert it to RGB");
  Pixels out{channels, static_cast<std::size_t>(height), static_cast<std::size_t>(width), {}};
  if (out.height * out.width > kMaxPixels) {
    throw kdbench::Error(name + ": " + std::to_string(height) + " x " + std::to_string(width) + " pixels are more than are read");
  }
  out.values.resize(out.height * out.width * channels);
  const int form = channels == 1 ? TJPF_GRAY : TJPF_RGB;
  const int decoded =
      tjDecompress2(handle, file.data(), file.size(), out.values.data(), width, 0, height, form, TJFLAG_ACCURATEDCT);
  if (const auto fault = fault_of(decoded, handle); !fault.empty())
    throw kdbench::Error(name + ": broken JPEG data (" + fault + "); fetch the file again");
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
