/// Verbs. Each is one file of this folder, NAME.cpp, that defines `Verb verb_NAME()`; CMake makes the table of them from the
/// folder (all_verbs.cpp.in).
#pragma once
#include <kdbench/cli/context.h>

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace kdbench::inline cli {

struct Verb {
  int place;                                     ///< in the help, ascending
  void (*add)(CLI::App& app, Context& context);  ///< adds its subcommand, which sets Context::action when chosen
};

/// Every verb, in the order of the help.
std::vector<Verb> all_verbs();

/// Adds a subcommand with its one-line purpose and an example; global options may follow it.
CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& purpose, const std::string& example);

/// Accepts finite numbers above 0.
CLI::Validator positive_number();

}  // namespace kdbench::inline cli
