/// The plan that a suite was last run with, for the verbs that read the store alone.
#pragma once
#include <kdbench/cli/context.h>

#include <string>

namespace kdbench::inline cli {

/// Opens the store for reading; where there is none, says so and ends the verb.
Store store_or_refuse(const Context& context);

/// Returns the plan of a suite that was run into the store.
/// @param word name of a suite, or its file; an unknown one is answered with the nearest and ends the verb
Plan stored_plan(const Context& context, const Store& store, const std::string& word);

}  // namespace kdbench::inline cli
