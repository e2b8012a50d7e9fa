/// What the tests of this folder share.
#pragma once
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace kdbench::layering {

/// The tree to check: the project's, or the one a test of this test names.
inline std::filesystem::path root() {
  const char* other = std::getenv("KDBENCH_LAYERING_ROOT");
  return other != nullptr ? other : KDBENCH_SOURCE_DIR;
}

/// Findings, a line each.
inline std::string lines(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, "\n")); }

}  // namespace kdbench::layering
