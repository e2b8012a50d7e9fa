/// Tables of text with a header line: CSV as people and spreadsheets write it, every cell with its
/// place.
#pragma once
#include <kdbench/base/result.h>

#include <string>
#include <vector>

namespace kdbench::inline cli {

/// One field, without its quotes and without spaces around it.
struct CsvCell {
  std::string text;
  Position at;
};

struct CsvTable {
  std::vector<CsvCell> header;
  std::vector<std::vector<CsvCell>> rows;  ///< every row is as long as the header; empty lines are left out
};

/// Reads a table. Fields stand apart by ',' ';' or tab, whichever comes first in the header line,
/// and may be quoted as in RFC 4180; lines end in LF or CRLF; a byte order mark is skipped.
/// Refused, each with its place: no header, a nameless column, two columns of one name, a row of
/// another length, a quote that does not end.
/// @param file the name that diagnostics carry.
Result<CsvTable> parse_csv(const std::string& text, const std::string& file);

}  // namespace kdbench::inline cli
