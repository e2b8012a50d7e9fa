/// Comma-separated values as RFC 4180 has them.
#pragma once
#include <string>
#include <vector>

namespace kdbench::inline base {

/// Appends one line: fields quoted where they must be, quotes doubled, ended by CR LF. A text that a spreadsheet would take for a
/// formula begins with an apostrophe; numbers stay as they are.
void append_csv_line(std::string& out, const std::vector<std::string>& fields);

}  // namespace kdbench::inline base
