/// Printing the boards of a stored plan.
#pragma once
#include <kdbench/cli/context.h>
#include <kdbench/leaderboard/board.h>

#include <CLI/CLI.hpp>

#include <string>

namespace kdbench {

/// Adds --format text|md|csv|json.
void add_board_format(CLI::App& verb, std::string& format);

/// Prints the boards of a plan document from the records of the store.
void print_boards(const Context& context, const Store& store, const Json& plan,
                  const std::string& format);

}  // namespace kdbench
