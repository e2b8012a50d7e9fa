/// Unpacking an archive that came from somewhere else.
#pragma once
#include <kdbench/base/result.h>

#include <cstddef>
#include <filesystem>

namespace kdbench::inline cli {

/// Unpacks a tar (with any compression) or zip archive into `folder`, which is made, and returns the number of files. An entry
/// that is no file and no folder, or whose path is absolute or holds "..", ends it with a diagnostic: no data set needs such.
Result<std::size_t> unpack(const std::filesystem::path& archive, const std::filesystem::path& folder);

}  // namespace kdbench::inline cli
