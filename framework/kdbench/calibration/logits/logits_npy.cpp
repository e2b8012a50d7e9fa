#include <kdbench/calibration/logits/logits_readers.h>

#include <kdbench/base/files.h>

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

namespace kdbench::inline calibration {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes of a .npy file are copied as they are");

/// An array as the header describes it.
struct NpyArray {
  std::string bytes;        // the whole file
  std::size_t data_at = 0;  // where the values begin
  std::string type;         // "<f4", "<i8", ...
  std::vector<std::int64_t> shape;
  std::int64_t count = 1;   // of values
  bool is_fortran = false;  // columns follow each other, not rows
};

/// Returns the text of `'key': value` up to the next comma or brace (or the closing parenthesis of
/// a tuple).
std::optional<std::string_view> header_value(std::string_view header, std::string_view key) {
  const auto at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return std::nullopt;
  auto value = header.substr(at + key.size() + 3);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  const auto end = value.starts_with('(') ? value.find(')') : value.find_first_of(",}");
  if (end == std::string_view::npos) return std::nullopt;
  return value.substr(0, end);
}

/// Reads "(3, 4" (the closing parenthesis is already cut).
std::optional<std::vector<std::int64_t>> parse_shape(std::string_view text) {
  std::vector<std::int64_t> shape;
  if (!text.starts_with('(')) return std::nullopt;
  text.remove_prefix(1);
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
    if (text.empty()) return shape;
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || size < 0) return std::nullopt;
    shape.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string out;
  for (const auto size : shape) out += (out.empty() ? "" : ", ") + std::to_string(size);
  return "[" + out + "]";
}

/// Returns the header's text and sets where the data begin; nothing if the file is not NPY 1 to 3.
std::optional<std::string_view> header_of(const std::string& bytes, std::size_t& data_at) {
  if (bytes.size() < 12 || !bytes.starts_with("\x93NUMPY")) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const auto version = byte(6);
  if (version < 1 || version > 3) return std::nullopt;
  const std::size_t begin = version == 1 ? 10 : 12;
  const std::size_t length = byte(8) | byte(9) << 8 | (version == 1 ? 0 : byte(10) << 16 | byte(11) << 24);
  if (length > bytes.size() - begin) return std::nullopt;
  data_at = begin + length;
  return std::string_view(bytes).substr(begin, length);
}

/// Returns the size of one value of a type such as "<f4", 0 if it has no size.
std::int64_t value_bytes(std::string_view type) {
  const auto digit = type.size() == 3 ? type[2] - '0' : 0;
  return digit >= 1 && digit <= 8 ? digit : 0;
}

/// Sets count; false if the file is not exactly as long as the shape says.
bool size_fits(NpyArray& array) {
  const auto available = static_cast<std::int64_t>(array.bytes.size() - array.data_at);
  for (const auto size : array.shape) {
    // A value has at least one byte, so a larger count cannot fit (and must not overflow).
    if (size != 0 && array.count > available / size) return false;
    array.count *= size;
  }
  return array.count * value_bytes(array.type) == available;
}

Result<NpyArray> read_npy(const std::filesystem::path& file) {
  auto bytes = read_file(file);
  if (!bytes) return bytes.error();
  const auto refuse = [&](std::string message) { return Diagnostic{file.string(), {}, std::move(message)}; };
  NpyArray array{.bytes = std::move(*bytes), .data_at = 0, .type = {}, .shape = {}};
  const auto header = header_of(array.bytes, array.data_at);
  if (!header) return refuse("expected a NumPy file (version 1 or 2), found something else or a file cut short");
  const auto type = header_value(*header, "descr"), order = header_value(*header, "fortran_order");
  const auto shape_field = header_value(*header, "shape");
  const auto shape = shape_field ? parse_shape(*shape_field) : std::nullopt;
  if (!type || !order || !shape || type->size() < 2) return refuse("expected descr, fortran_order and shape in the NumPy header");
  array.is_fortran = order->starts_with("True");
  array.type = std::string(type->substr(1, type->size() - 2));
  array.shape = *shape;
  if (value_bytes(array.type) == 0) return refuse(fmt::format("expected an array of numbers, found type '{}'", array.type));
  if (!size_fits(array)) {
    return refuse(
        fmt::format("expected {} values of type '{}' after the header, found {} bytes: the file "
                    "was cut short or changed",
                    shape_text(array.shape), array.type, array.bytes.size() - array.data_at));
  }
  return array;
}

template <class Stored, class T>
std::vector<T> values_as(const NpyArray& array) {
  std::vector<T> out(static_cast<std::size_t>(array.count));
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored value;
    std::memcpy(&value, array.bytes.data() + array.data_at + i * sizeof(Stored), sizeof(Stored));
    out[i] = static_cast<T>(value);
  }
  return out;
}

std::optional<std::vector<std::int64_t>> integers(const NpyArray& array) {
  if (array.type == "<i8" || array.type == "<u8") return values_as<std::int64_t, std::int64_t>(array);
  if (array.type == "<i4") return values_as<std::int32_t, std::int64_t>(array);
  if (array.type == "<u4") return values_as<std::uint32_t, std::int64_t>(array);
  if (array.type == "<i2") return values_as<std::int16_t, std::int64_t>(array);
  if (array.type == "<u2") return values_as<std::uint16_t, std::int64_t>(array);
  if (array.type == "|i1") return values_as<std::int8_t, std::int64_t>(array);
  if (array.type == "|u1") return values_as<std::uint8_t, std::int64_t>(array);
  return std::nullopt;
}

/// A half-precision number: sign, 5 bits of exponent, 10 of mantissa.
double half_to_double(std::uint16_t bits) {
  const double sign = bits & 0x8000 ? -1.0 : 1.0;
  const int exponent = bits >> 10 & 0x1f;
  const int mantissa = bits & 0x3ff;
  if (exponent == 31)
    return mantissa == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024 + mantissa, exponent - 25);
}

std::vector<double> halves(const NpyArray& array) {
  std::vector<double> out;
  for (const auto bits : values_as<std::uint16_t, std::uint16_t>(array)) out.push_back(half_to_double(bits));
  return out;
}

/// Of values that stand column by column.
std::vector<double> by_rows(const LogitsTable& table) {
  std::vector<double> out(table.values.size());
  for (std::int64_t row = 0; row < table.rows; ++row) {
    for (std::int64_t column = 0; column < table.columns; ++column)
      out[static_cast<std::size_t>(row * table.columns + column)] =
          table.values[static_cast<std::size_t>(column * table.rows + row)];
  }
  return out;
}

}  // namespace

Result<LogitsTable> read_npy_logits(const std::filesystem::path& file) {
  const auto array = read_npy(file);
  if (!array) return array.error();
  if (array->shape.size() != 2) {
    return Diagnostic{file.string(), {}, "expected logits of shape [N, K], found " + shape_text(array->shape)};
  }
  LogitsTable out{{}, array->shape[0], array->shape[1]};
  if (array->type == "<f8") {
    out.values = values_as<double, double>(*array);
  } else if (array->type == "<f4") {
    out.values = values_as<float, double>(*array);
  } else if (array->type == "<f2") {
    out.values = halves(*array);
  } else {
    return Diagnostic{
        file.string(),
        {},
        fmt::format("expected logits of type '<f2', '<f4' or '<f8', found '{}': save x.astype('float32')", array->type)};
  }
  if (array->is_fortran) out.values = by_rows(out);
  return out;
}

Result<LabelList> read_npy_labels(const std::filesystem::path& file) {
  const auto array = read_npy(file);
  if (!array) return array.error();
  const auto& shape = array->shape;
  if (shape.size() != 1 && !(shape.size() == 2 && shape[1] == 1)) {
    return Diagnostic{file.string(), {}, "expected labels of shape [N], found " + shape_text(shape)};
  }
  auto values = integers(*array);
  if (!values) {
    return Diagnostic{
        file.string(), {}, fmt::format("expected labels of an integer type, found '{}': save y.astype('int64')", array->type)};
  }
  return LabelList{std::move(*values), {}};
}

}  // namespace kdbench::inline calibration
