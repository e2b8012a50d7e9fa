/// The plan that a suite was last run with, for the verbs that read the store alone.
#pragma once
#include <kdbench/cli/context.h>
#include <kdbench/cli/suite_options.h>

#include <optional>
#include <string>

namespace kdbench::inline cli {

/// Opens the store for reading; where there is none, says so and ends the verb.
Store store_or_refuse(const Context& context);

/// Returns the plan of a suite that was run into the store.
/// @param word name of a suite, or its file; an unknown one is answered with the nearest and ends the verb
Plan stored_plan(const Context& context, const Store& store, const std::string& word);

/// What a plan of these options is made of; nothing where the file cannot be read.
std::optional<PlanSource> source_of(const SuiteOptions& options);

/// Returns the plan that boards and figures are to be of. A suite's name means what was run last; what was laid over its file
/// then is said on standard error. A file, with --profile and --set, means just that: where what was run last was made of
/// something else, the plan is made anew, which needs the worker. Plans that do not tell their source count as the file's.
Plan plan_of_suite(const Context& context, const Store& store, const SuiteOptions& options);

}  // namespace kdbench::inline cli
