/// A first look at TOML text, for what the TOML library (3.3) must not be given: characters beyond ASCII
/// outside quotes and comments, and a table header without a name, run into its assertions or into undefined
/// behaviour; a key of thousands of parts, or as many brackets, exhausts the stack.
#pragma once
#include <kdbench/base/result.h>

#include <optional>
#include <string>
#include <string_view>

namespace kdbench::inline suite {

struct ScanFault {
  Position at;
  std::string message;
};

/// Returns the first such place, or nothing. Whatever else is wrong is left to the library.
std::optional<ScanFault> scan_toml(std::string_view text);

}  // namespace kdbench::inline suite
