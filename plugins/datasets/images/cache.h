// Decoded images kept in a file with their checksum. Losing one costs the time to decode again.
#pragma once
#include "pixels.h"

#include <filesystem>

namespace images {

namespace fs = std::filesystem;

/// Returns the SHA-256 of some bytes as 64 hex digits.
std::string sha256(const void* data, std::size_t bytes);

/// How what is kept was made.
struct Origin {
  double images_per_s = 0;
  unsigned cores = 0;
};

enum class CacheState { kMissing, kDamaged, kRead };

/// Reads a kept file of `bytes` bytes of pixels into `out`, and how it was made into `origin`. kDamaged: it has another size or
/// another checksum, or cannot be read; `out` is then undefined.
CacheState read_cache(const fs::path& file, std::uint8_t* out, std::size_t bytes, Origin& origin);

/// Writes such a file whole or not at all. @throws std::system_error
void write_cache(const fs::path& file, const std::uint8_t* data, std::size_t bytes, const Origin& origin);

/// Returns a folder to keep files in, made if it is missing: `.kdbench-cache` beside `data_folder`, or if nothing can be written
/// there $XDG_CACHE_HOME/kdbench/images, or ~/.cache/kdbench/images; empty if there is none.
fs::path cache_folder(const fs::path& data_folder);

/// Holds the lock of a cache folder, so that of several processes one decodes and the others find its work. Does nothing for an
/// empty path or on a file system without locks.
class CacheLock {
 public:
  explicit CacheLock(const fs::path& folder);
  ~CacheLock();
  CacheLock(const CacheLock&) = delete;
  CacheLock& operator=(const CacheLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace images
