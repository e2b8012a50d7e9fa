/// kdbench as a function: arguments in, text out, exit code back.
#pragma once
#include <ostream>
#include <string>
#include <vector>

namespace kdbench::inline cli {

/// Runs one verb. `arguments` are those of the command line without the program's name. Results go
/// to `out`, everything else to `err`; returns the exit code (design "Errors and exit codes").
/// @param terminal as of Context; nullptr: `err`
int run_cli(std::vector<std::string> arguments, std::ostream& out, std::ostream& err, std::ostream* terminal = nullptr);

}  // namespace kdbench::inline cli
