/// Reads the ABI stamp out of a shared library's file, without loading it.
#pragma once
#include <kdbench/base/result.h>

#include <filesystem>
#include <map>
#include <string>

namespace kdbench::inline registry {

/// Returns the stamp text of the library at `path`, or the reason why the file cannot be a plugin: missing, not a regular file
/// (a FIFO would block dlopen for ever), no ELF file, another processor's, cut short (dlopen would die of SIGBUS), no stamp.
Result<std::string> read_stamp(const std::filesystem::path& path);

/// Splits `key=value;key=value`.
std::map<std::string, std::string> parse_stamp(const std::string& stamp);

/// Returns why a plugin of `plugin_stamp` cannot be loaded by a host of `host_stamp` (one `key: plugin x, host y` for each key
/// that must agree and does not), or an empty text.
std::string stamp_mismatch(const std::string& plugin_stamp, const std::string& host_stamp);

}  // namespace kdbench::inline registry
