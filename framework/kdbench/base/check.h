/// KDBENCH_CHECK: a broken assumption of ours ends the program, also in a release build.
#pragma once
#include <string_view>

namespace kdbench::inline base {
/// Prints message, file and line to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, std::string_view message, const char* file, int line);
}  // namespace kdbench::inline base

#define KDBENCH_CHECK(condition, message) \
  ((condition) ? void(0) : ::kdbench::check_failed(#condition, message, __FILE__, __LINE__))
