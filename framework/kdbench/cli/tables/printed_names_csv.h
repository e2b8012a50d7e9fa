/// What the paper's tables call losses, networks and strategies, as a CSV table that comes with the program.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/leaderboard/printed/printed_names.h>

#include <string>
#include <string_view>

namespace kdbench::inline cli {

/// suites/paper/names.csv as it was when the program was built.
extern const std::string_view kPaperNames;

/// Reads names with the columns kind ("loss", "model" or "strategy"), plugin and printed, in this order. A loss without a plugin
/// names the students on the labels alone.
/// @param file the name that diagnostics carry
Result<PrintedNames> parse_printed_names(const std::string& text, const std::string& file);

}  // namespace kdbench::inline cli
