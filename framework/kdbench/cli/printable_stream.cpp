#include <kdbench/base/text.h>
#include <kdbench/cli/printable_stream.h>

#include <string_view>

namespace kdbench::inline cli {

/// Passes on the first bytes of what is kept. @returns whether they could be written
bool PrintableStream::Buffer::pass(std::size_t size) {
  std::string_view text(kept_.data(), size);
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    to_ << printable(text.substr(0, end));
    if (end == std::string_view::npos) break;
    to_ << "\r\n";
    text.remove_prefix(end + 2);
  }
  kept_.erase(0, size);
  return to_.good();
}

std::streambuf::int_type PrintableStream::Buffer::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char byte = traits_type::to_char_type(c);
  return xsputn(&byte, 1) == 1 ? c : traits_type::eof();
}

std::streamsize PrintableStream::Buffer::xsputn(const char* text, std::streamsize size) {
  kept_.append(text, static_cast<std::size_t>(size));
  const auto line = kept_.rfind('\n');
  return line == std::string::npos || pass(line + 1) ? size : 0;
}

int PrintableStream::Buffer::sync() {
  const bool written = pass(kept_.size());
  to_.flush();
  return written && to_.good() ? 0 : -1;
}

}  // namespace kdbench::inline cli
