/// Printed numbers as a CSV table, and those of the paper, which come with the program.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/leaderboard/printed/printed_numbers.h>

#include <string>
#include <string_view>
#include <vector>

namespace kdbench::inline cli {

/// suites/paper/numbers.csv as it was when the program was built.
extern const std::string_view kPaperNumbers;

/// Reads numbers with the columns of suites/paper/numbers.csv, in any order; `table`, `along`, `of`, `metric` and `value` must be
/// filled in every row. Columns that are missing or unknown, and cells that are no numbers, are reported all at once.
/// @param file the name that diagnostics carry
Result<std::vector<PrintedNumber>> parse_printed_numbers(const std::string& text, const std::string& file);

/// The tables that the numbers belong to, in their order.
std::vector<std::string> printed_tables(const std::vector<PrintedNumber>& numbers);

}  // namespace kdbench::inline cli
