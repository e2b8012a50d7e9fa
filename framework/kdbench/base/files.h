/// Files that are whole or absent: read at once, write under a temporary name and rename.
#pragma once
#include <kdbench/base/result.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace kdbench::inline base {

/// Whether a path may end in a symbolic link.
enum class Links { kFollowed, kRefused };

/// Reads a whole regular file. A FIFO, a device or a folder is refused without being opened for reading.
Result<std::string> read_file(const std::filesystem::path& path, Links links = Links::kFollowed);

/// Writes `data` to a random temporary name beside `path`, fsyncs it, renames it over `path` and fsyncs the folder. Creates
/// missing folders. A reader, or a restart after a kill, sees the old file or the new one and never a part.
/// @throws std::system_error naming the path and the cause (no space, permission).
void write_file_atomically(const std::filesystem::path& path, std::string_view data);

/// Removes temporary files of this user that killed writers left in `folder` (not below it) more than an hour ago. A folder that
/// is a symbolic link is left alone.
void sweep_temporary_files(const std::filesystem::path& folder);

/// True if the last part of `path` is a symbolic link.
bool is_link(const std::filesystem::path& path);

}  // namespace kdbench::inline base
