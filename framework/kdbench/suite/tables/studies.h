/// Reads [[studies]], and checks them against the names the file defines.
#pragma once
#include <kdbench/suite/text/reader.h>

namespace kdbench::inline suite {

/// Reads every study of the file `root` into `suite`, whose other tables have been read. A reference that
/// leads nowhere is complained about and left out.
void read_studies(const Node& root, Suite& suite, Reader& reader);

}  // namespace kdbench::inline suite
