#include <kdbench/results/store.h>
#include <kdbench/worker/requests/trial_results.h>

namespace kdbench::inline worker {

TrialResultOf trial_results(const std::string& folder) {
  if (folder.empty()) return {};
  return [store = Store(folder, Store::For::kReading)](const std::string& job, const std::string& select) {
    const auto record = store.get(job);
    if (!record || !*record) return std::optional<TrialResult>();
    const auto& found = **record;
    if (found.status == Status::kFailed || found.status == Status::kDiverged) return std::optional(TrialResult{});
    const auto judged = found.judged.find(select);
    if (found.status != Status::kDone || judged == found.judged.end()) return std::optional<TrialResult>();
    return std::optional(TrialResult{judged->second.val.metrics.accuracy});
  };
}

}  // namespace kdbench::inline worker
