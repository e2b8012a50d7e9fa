/// One file over HTTP, from where an earlier attempt left off.
#pragma once
#include <kdbench/base/result.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace kdbench::inline cli {

/// Told how many bytes of a file are there, and how many it will have (0: unknown).
using OnBytes = std::function<void(std::uint64_t there, std::uint64_t total)>;

/// Appends what is missing of `url` (http, https or file) to `file`; a server that cannot send a part sends all of it again.
/// @param most bytes that the file may have: a server that goes on sending is cut off
/// @return the bytes that are there, or why the download ended early; the bytes that came stay in the file
Result<std::uint64_t> download(const std::string& url, const std::filesystem::path& file, std::uint64_t most,
                               const OnBytes& on_bytes = {});

/// Bytes that are in `file`; 0 where there is none.
std::uint64_t size_of(const std::filesystem::path& file);

}  // namespace kdbench::inline cli
