/// What planning may know of the trials of a tune study: how they were judged on validation rows.
#pragma once
#include <functional>
#include <optional>
#include <string>

namespace kdbench::inline plan {

/// How a trial ended.
struct TrialResult {
  std::optional<double> validation_accuracy;  ///< nothing: it failed or diverged, and is chosen by nobody
};

/// Returns how a job ended, judged at the checkpoint `select` ("last", "best_val"); nothing for one that has not.
using TrialResultOf = std::function<std::optional<TrialResult>(const std::string& job, const std::string& select)>;

}  // namespace kdbench::inline plan
