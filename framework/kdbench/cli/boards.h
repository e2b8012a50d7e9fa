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

/// Returns the plan of a suite: the one of its last run, or with --profile or --set the one that these give, asked of a
/// worker.
/// @param options `file` is the suite's file or, without --profile and --set, its name
Plan plan_of_suite(const Context& context, const Store& store, const SuiteOptions& options);

/// Makes the boards of a plan from the records of the store.
Leaderboard board_of(const Context& context, const Store& store, const Plan& plan, const BoardOptions& options = {});

/// Prints them, with the errors that test rows make where the students' test logits are in the store.
void print_boards(const Context& context, const Store& store, const Plan& plan, const std::string& format,
                  BoardOptions options = {});

}  // namespace kdbench::inline cli
