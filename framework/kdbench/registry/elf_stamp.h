/// Reads the ABI stamp, and what tells one build from another, out of a shared library's file, without loading it.
#pragma once
#include <kdbench/base/result.h>

#include <filesystem>
#include <map>
#include <string>

namespace kdbench::inline registry {

struct LibraryFacts {
  std::string stamp;
  /// "build-id:" and the hash that the linker made of what it linked: the same for the same source, compiler and flags, and after
  /// stripping or a new RPATH, as installing does. "sha256:" and that of the file where it has no such hash.
  std::string content;
};

/// Returns the facts of the library at `path`, or the reason why the file cannot be a plugin: missing, not a regular file (a FIFO
/// would block dlopen for ever), no ELF file, another processor's, cut short (dlopen would die of SIGBUS), no stamp.
Result<LibraryFacts> read_library(const std::filesystem::path& path);

/// Splits `key=value;key=value`.
std::map<std::string, std::string> parse_stamp(const std::string& stamp);

/// Returns why a plugin of `plugin_stamp` cannot be loaded by a host of `host_stamp` (one `key: plugin x, host y` for each key
/// that must agree and does not), or an empty text.
std::string stamp_mismatch(const std::string& plugin_stamp, const std::string& host_stamp);

}  // namespace kdbench::inline registry
