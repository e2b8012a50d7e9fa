// Listing folders of image files.
#pragma once
#include "pixels.h"

#include <filesystem>

namespace images {

namespace fs = std::filesystem;

/// A file, and what tells whether it has changed.
struct File {
  fs::path path;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  ///< since 1970
};

/// Returns the names of the folders in `folder`, sorted by their bytes; hidden ones are left out. Empty if there is no such
/// folder.
std::vector<std::string> subfolders(const fs::path& folder);

/// Returns the files in `folder` (not below it) whose names end in .jpg, .jpeg or .png, whatever the case, sorted by name.
std::vector<File> image_files(const fs::path& folder);

/// Returns the facts of one file. @throws kdbench::Error if there is none
File file_at(const fs::path& path);

/// Reads a whole file. @throws kdbench::Error
Bytes read_file(const fs::path& path);

/// Returns up to `most` of the names with commas between them, and "..." if there are more.
std::string listed(const std::vector<std::string>& names, std::size_t most = 5);

}  // namespace images
