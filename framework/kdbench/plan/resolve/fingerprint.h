/// What a file or folder of data holds, as one short text.
#pragma once
#include <filesystem>
#include <string>

namespace kdbench::inline plan {

/// Returns a hash of a file's content, or of the names and contents below a folder; empty if there is nothing at `path`. Symbolic
/// links count as what they lead to, under their own names: a folder of links has the hash of a copy of what they show. A link to
/// a folder that holds the link is passed over. Caches of decoded images are passed over. Beyond 256 MB the rest counts by size
/// alone, so that planning stays quick; a worker hashes what it has read in any case.
std::string content_fingerprint(const std::filesystem::path& path);

}  // namespace kdbench::inline plan
