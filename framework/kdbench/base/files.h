/// Files that are whole or absent: read at once, write under a temporary name and rename.
#pragma once
#include <kdbench/base/result.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace kdbench::inline base {

/// Reads a whole regular file.
Result<std::string> read_file(const std::filesystem::path& path);

/// Writes `data` to a temporary name beside `path`, fsyncs it, renames it over `path` and fsyncs the folder. Creates missing
/// folders. A reader, or a restart after a kill, sees the old file or the new one and never a part.
/// @throws std::system_error naming the path and the cause (no space, permission).
void write_file_atomically(const std::filesystem::path& path, std::string_view data);

/// Removes temporary files that killed writers left in `folder` (not below it) more than an hour ago.
void sweep_temporary_files(const std::filesystem::path& folder);

}  // namespace kdbench::inline base
