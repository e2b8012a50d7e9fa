/// LineBuffer: bytes in, whole lines out, with a cap on what a babbling writer may make us keep.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline run {

/// Cuts a stream of bytes into lines. A line longer than the cap is dropped whole and remembered as
/// an overflow.
class LineBuffer {
 public:
  explicit LineBuffer(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Takes bytes and returns the lines they complete, without their line ends.
  std::vector<std::string> append(std::string_view bytes);
  /// True once a line was longer than the cap.
  bool overflowed() const { return overflowed_; }

 private:
  void keep(std::string_view bytes);

  std::size_t max_line_bytes_;
  std::string partial_;
  bool dropping_ = false, overflowed_ = false;
};

}  // namespace kdbench::inline run
