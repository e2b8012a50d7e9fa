/// What the verbs that read a suite share: its options, and asking for its plan.
#pragma once
#include <kdbench/cli/context.h>
#include <kdbench/plan/plan.h>
#include <kdbench/run/schedule/standing.h>
#include <kdbench/run/schedule/unit_process.h>
#include <kdbench/suite/suite.h>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench::inline cli {

struct SuiteOptions {
  std::string file, profile, device;
  std::vector<std::string> set;  ///< KEY=VALUE
};

/// Adds SUITE, --profile, --set and (if `with_device`) --device.
void add_suite_options(CLI::App& verb, SuiteOptions& options, bool with_device);

/// Adds --profile and --set alone, for verbs that take more than a suite file.
void add_overlay_options(CLI::App& verb, SuiteOptions& options);

/// What a run may take of the machine; 0: not said.
struct ResourceOptions {
  int slots = 0;
  std::uint64_t memory_bytes = 0, memory_limit_bytes = 0;
};

/// Adds --memory, --memory-limit and, by the name `slots` ("-j,--jobs"), the number of threads.
void add_resource_options(CLI::App& verb, ResourceOptions& options, const std::string& slots);

/// Returns the threads to use: as said, else one a core, or one on a GPU.
int slots_of(const ResourceOptions& options, const Plan& plan);

/// Returns the bounds on memory. What is not said is what is available here, less the margin of estimates; on a GPU nothing,
/// because estimates count as the host's what lies on the device there.
UnitOptions memory_of(const ResourceOptions& options, const Plan& plan);

/// Returns the overrides of --set, or what is wrong with one.
Result<std::vector<Override>> parse_overrides(const std::vector<std::string>& set);

/// The same as a request carries them; a mistake is printed and ends the verb.
std::vector<SentOverride> overrides_or_refuse(const Context& context, const std::vector<std::string>& set);

/// A plan, and the builds of the plugins that made it.
struct PlannedSuite {
  Plan plan;
  LoadedPlugins loaded;
};

/// Asks the worker for the plan, as far as results in the store let it go; mistakes are printed and end the verb.
PlannedSuite planned_or_exit(const Context& context, WorkerSetup& setup, const SuiteOptions& options);
/// The same where nobody asks which builds.
Plan plan_or_exit(const Context& context, WorkerSetup& setup, const SuiteOptions& options);

}  // namespace kdbench::inline cli
