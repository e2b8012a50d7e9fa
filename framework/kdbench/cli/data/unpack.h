/// Unpacking an archive that came from somewhere else.
#pragma once
#include <kdbench/base/result.h>

#include <cstddef>
#include <filesystem>

namespace kdbench::inline cli {

/// Unpacks a tar (plain, or compressed by gzip, bzip2, xz, lzma or zstd) or zip archive into `folder`, which is made, and returns
/// the number of files. An entry that is no file and no folder, or whose path is absolute or holds "..", ends it with a
/// diagnostic, and so does what would have a hundred times the archive's size: no data set needs such.
Result<std::size_t> unpack(const std::filesystem::path& archive, const std::filesystem::path& folder);

}  // namespace kdbench::inline cli
