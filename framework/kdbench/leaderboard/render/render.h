/// Boards as documents.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>

namespace kdbench::inline leaderboard {

enum class Format { kText, kMarkdown, kCsv, kJson };

/// Returns the format called "text", "md", "csv" or "json".
Result<Format> format_from_string(const std::string& text);

/// Text: aligned columns. Markdown: tables with escaped pipes. CSV (RFC 4180): one line a value, with the columns board, table,
/// row, column, unit, field, value. JSON: numbers in full, null where there is none; beside the tables the points, by seed.
std::string render(const Leaderboard& board, Format format);

}  // namespace kdbench::inline leaderboard
