/// Every verb of kdbench is one file that exports one function: it adds its subcommand, and sets
/// Context::action when chosen.
#pragma once
#include <kdbench/cli/context.h>

#include <CLI/CLI.hpp>

namespace kdbench::inline cli {

void add_list(CLI::App& app, Context& context);
void add_describe(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_plan(CLI::App& app, Context& context);
void add_run(CLI::App& app, Context& context);
void add_leaderboard(CLI::App& app, Context& context);
void add_compare(CLI::App& app, Context& context);
void add_figures(CLI::App& app, Context& context);
void add_data(CLI::App& app, Context& context);
void add_test(CLI::App& app, Context& context);
void add_calibrate(CLI::App& app, Context& context);
void add_stats(CLI::App& app, Context& context);
void add_version(CLI::App& app, Context& context);

/// Adds a subcommand with its one-line purpose and an example; global options may follow it.
CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& purpose, const std::string& example);

/// Accepts finite numbers above 0.
CLI::Validator positive_number();

}  // namespace kdbench::inline cli
