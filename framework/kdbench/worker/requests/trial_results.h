/// What the records of a store tell of the trials of tune studies.
#pragma once
#include <kdbench/plan/make/trial_result.h>

#include <string>

namespace kdbench::inline worker {

/// @param folder of a store; empty: nothing is known of any trial
TrialResultOf trial_results(const std::string& folder);

}  // namespace kdbench::inline worker
