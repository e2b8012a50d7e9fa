/// What the verbs that read a suite share: its options, and asking for its plan.
#pragma once
#include <kdbench/cli/context.h>
#include <kdbench/plan/plan.h>
#include <kdbench/suite/suite.h>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace kdbench {

struct SuiteOptions {
  std::string file, profile, device;
  std::vector<std::string> set;  ///< KEY=VALUE
};

/// Adds SUITE, --profile, --set and (if `with_device`) --device.
void add_suite_options(CLI::App& verb, SuiteOptions& options, bool with_device);

/// Adds --profile and --set alone, for verbs that take more than a suite file.
void add_overlay_options(CLI::App& verb, SuiteOptions& options);

/// Adds --memory: what all workers together may use.
void add_memory_option(CLI::App& verb, std::uint64_t& bytes);

/// Returns what --memory said, or without it (0) what this machine has for estimates.
double memory_or_available(std::uint64_t bytes);

/// Returns the overrides of --set, or what is wrong with one.
Result<std::vector<Override>> parse_overrides(const std::vector<std::string>& set);

/// Asks the worker for the plan; mistakes are printed and end the verb.
Plan plan_or_exit(const Context& context, WorkerSetup& setup, const SuiteOptions& options);

}  // namespace kdbench
