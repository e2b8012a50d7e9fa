/// Columns of text, aligned.
#pragma once
#include <kdbench/base/text.h>

#include <string>
#include <vector>

namespace kdbench::inline cli {

/// Returns the rows with every column padded to its widest cell, two spaces between them, and
/// `indent` before each. Columns named in `right` are aligned on the right. Lines end in '\n' and
/// never in a space.
std::string aligned(const std::vector<std::vector<std::string>>& rows, const std::string& indent = "",
                    const std::vector<std::size_t>& right = {});

/// Returns bytes for people: "0.4 GB", "12 MB".
std::string bytes_text(double bytes);

}  // namespace kdbench::inline cli
