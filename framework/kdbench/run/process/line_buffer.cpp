#include <kdbench/run/process/line_buffer.h>

#include <utility>

namespace kdbench::inline run {

void LineBuffer::keep(std::string_view bytes) {
  if (dropping_) return;
  if (partial_.size() + bytes.size() > max_line_bytes_) {
    dropping_ = overflowed_ = true;
    partial_.clear();
    return;
  }
  partial_.append(bytes);
}

std::vector<std::string> LineBuffer::append(std::string_view bytes) {
  std::vector<std::string> lines;
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    keep(bytes.substr(0, end));
    if (!dropping_) lines.push_back(std::exchange(partial_, {}));
    dropping_ = false;
    bytes.remove_prefix(end + 1);
  }
  keep(bytes);
  return lines;
}

}  // namespace kdbench::inline run
