/// Reduces records to what boards print of them.
#include <kdbench/leaderboard/model/outcome.h>

#include <kdbench/leaderboard/model/metrics.h>

#include <fmt/core.h>

namespace kdbench::inline leaderboard::boards {
namespace {

JobState state_of(Status status) {
  switch (status) {
    case Status::kDone:
      return JobState::kDone;
    case Status::kDiverged:
      return JobState::kDiverged;
    case Status::kSkipped:
      return JobState::kSkipped;
    case Status::kInterrupted:
      return JobState::kInterrupted;
    case Status::kFailed:
      break;
  }
  return JobState::kFailed;
}

void add_teaching(const RunRecord& record, Outcome& out) {
  if (record.spec && record.spec->loss) out.tau = finite(record.spec->loss->parts.front().tau_teacher);
  if (!record.teacher) return;
  const auto& taught = record.teacher->as_taught;
  out.taught_ece = finite(taught.metrics.ece);
  out.taught_accuracy = finite(taught.metrics.accuracy);
  out.taught_ece_floor = taught.metrics.ece_floor_95;
  if (const auto& fitted = record.teacher->fitted_temperature) out.taught_fitted = finite(fitted->fit.T);
  out.taught = {taught.metrics, record.teacher->as_taught_in_validation, {}};
  if (const auto& training = record.teacher->as_taught_in_training) out.taught.training = training->metrics;
  out.taught_at = finite(taught.temperature);
  out.calibrated = record.teacher->calibrated;
  out.taught_by = record.teacher->job;
  out.taught_checkpoint = record.teacher->checkpoint;
}

}  // namespace

std::string to_string(JobState state) {
  for (const auto& [known, name] : names_of(state)) {
    if (known == state) return name;
  }
  return "unknown";
}

Outcome read_outcome(const std::optional<RunRecord>& record, bool running, const std::string& select) {
  Outcome out;
  if (!record) {
    out.state = running ? JobState::kRunning : JobState::kMissing;
    return out;
  }
  out.state = state_of(record->status);
  out.reason = record->reason;
  if (!out.done()) return out;
  if (const auto judged = record->judged.find(select); judged != record->judged.end()) {
    out.validation_accuracy = finite(judged->second.val.metrics.accuracy);
    return out;
  }
  if (const auto* checkpoint = record->checkpoint(select)) {
    if (checkpoint->val) out.validation_accuracy = finite(checkpoint->val->metrics.accuracy);
    out.accuracy = finite(checkpoint->test.metrics.accuracy);
    out.measured = checkpoint->test.metrics;
    out.exits = checkpoint->exits;
  }
  out.setting = setting_of(*record);
  out.first_gradient_norm = record->extra.first_gradient_norm;
  out.rate_factor = record->extra.rate_factor;
  add_teaching(*record, out);
  if (record->extra.bayes_accuracy) out.bayes_accuracy = finite(*record->extra.bayes_accuracy);
  if (!out.accuracy) {
    out.state = JobState::kFailed;
    out.reason = fmt::format("no test accuracy at '{}'", select);
  }
  return out;
}

}  // namespace kdbench::inline leaderboard::boards
