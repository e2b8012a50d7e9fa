/// Suite x Catalog -> Plan. Checks everything that can be known before training and reports all mistakes at once.
#pragma once
#include <kdbench/base/result.h>
#include <kdbench/plan/make/trial_result.h>
#include <kdbench/plan/plan.h>
#include <kdbench/registry/catalog.h>
#include <kdbench/suite/suite.h>

#include <string>

namespace kdbench::inline plan {

/// Returns the plan of a suite, or every mistake: those the suite reader found and those that need the plugins.
/// @param device overrides the suite's when not empty. "auto" takes a GPU if there is one; a device that does not exist is a
///   diagnostic that lists those that do.
/// @param result_of how trials of tune studies ended, which names further jobs; empty: none has. The plan is a function of suite,
///   catalog and what this says.
Result<Plan> make_plan(const ParsedSuite& parsed, const Catalog& catalog, const std::string& device = "",
                       const TrialResultOf& result_of = {});

}  // namespace kdbench::inline plan
