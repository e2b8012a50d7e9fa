/// Results compared with the numbers that somebody printed.
#pragma once
#include <kdbench/leaderboard/model/board_options.h>
#include <kdbench/leaderboard/model/table.h>
#include <kdbench/leaderboard/printed/printed_names.h>
#include <kdbench/leaderboard/printed/printed_numbers.h>

#include <string>
#include <vector>

namespace kdbench::inline leaderboard {

/// Sets the results of a board beside one printed table: what differs in the setting, what each says about calibration and
/// teaching, where the signs agree; and number by number where data set and networks are the same.
/// @param results a board with its points
/// @param numbers printed numbers; those of other tables are used for the sizes of networks alone
/// @param names what the table calls our losses and networks
/// @param table one of the tables of `numbers`
/// @param source "the paper", or the name of a file: who printed the numbers
Leaderboard compare_with_printed(const Leaderboard& results, const std::vector<PrintedNumber>& numbers, const PrintedNames& names,
                                 const std::string& table, const std::string& source, const BoardOptions& options = {});

}  // namespace kdbench::inline leaderboard
