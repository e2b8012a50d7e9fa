/// Boards of suites that were run: finding the plan, making the boards, printing them.
#pragma once
#include <kdbench/cli/context.h>
#include <kdbench/cli/suite_options.h>
#include <kdbench/leaderboard/leaderboard.h>

#include <CLI/CLI.hpp>

#include <string>

namespace kdbench::inline cli {

/// Adds --format text|md|csv|json.
void add_board_format(CLI::App& verb, std::string& format);

/// Makes the boards of a plan from the records of the store.
Leaderboard board_of(const Context& context, const Store& store, const Plan& plan, const BoardOptions& options = {});

/// Prints them, with the errors that test rows make where the students' test logits are in the store.
void print_boards(const Context& context, const Store& store, const Plan& plan, const std::string& format,
                  BoardOptions options = {});

}  // namespace kdbench::inline cli
