#include "pixels.h"

#include <kdbench/sdk/error.h>

#include <png.h>

#include <csetjmp>
#include <cstring>

namespace images {
namespace {

/// libpng reports errors by a long jump, which must not pass over objects with destructors: each function that a jump may end
/// has none.
class PngReader {
 public:
  explicit PngReader(const Bytes& file) : file_(file) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  /// Reads up to the pixels, which will come as 8-bit RGB.
  bool read_header() {
    if (info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, read_bytes);
    png_read_info(png_, info_);
    png_set_expand(png_);
    png_set_strip_16(png_);
    png_set_strip_alpha(png_);
    png_set_gray_to_rgb(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }
  std::size_t height() const { return png_get_image_height(png_, info_); }
  std::size_t width() const { return png_get_image_width(png_, info_); }
  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }

  /// Reads the pixels into `rows`, one pointer a row, and checks that the file ends as it should.
  bool read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, nullptr);
    return true;
  }

  const char* message() const { return message_; }

 private:
  static void read_bytes(png_structp png, png_bytep out, std::size_t count) {
    auto& self = *static_cast<PngReader*>(png_get_io_ptr(png));
    if (self.file_.size() - self.at_ < count) png_error(png, "cut short");
    std::memcpy(out, self.file_.data() + self.at_, count);
    self.at_ += count;
  }
  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto& self = *static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(self.message_, message, sizeof self.message_ - 1);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  const Bytes& file_;
  std::size_t at_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char message_[120] = {};
};

/// BT.601 luma in 16 fractional bits; equal channels stay as they are.
Pixels grey(const Pixels& rgb) {
  Pixels out{1, rgb.height, rgb.width, Bytes(rgb.height * rgb.width)};
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    const auto* p = rgb.values.data() + 3 * i;
    out.values[i] = static_cast<std::uint8_t>((p[0] * 19595u + p[1] * 38470u + p[2] * 7471u + 32768u) >> 16);
  }
  return out;
}

}  // namespace

Pixels decode_png(const Bytes& file, std::size_t channels, const std::string& name) {
  PngReader reader(file);
  const auto broken = [&] { return kdbench::Error(name + ": broken PNG data (" + reader.message() + "); fetch the file again"); };
  if (!reader.read_header()) throw broken();
  Pixels out{3, reader.height(), reader.width(), {}};
  if (out.height * out.width > kMaxPixels) {
    throw kdbench::Error(name + ": " + std::to_string(out.height) + " x " + std::to_string(out.width) +
                         " pixels are more than are read");
  }
  if (reader.row_bytes() != 3 * out.width)
    throw kdbench::Error(name + ": a PNG of a form that is not read; convert it to 8-bit RGB");
  out.values.resize(out.height * out.width * 3);
  std::vector<png_bytep> rows;
  for (std::size_t y = 0; y < out.height; ++y) rows.push_back(out.values.data() + y * reader.row_bytes());
  if (!reader.read_rows(rows.data())) throw broken();
  return channels == 1 ? grey(out) : out;
}

}  // namespace images
