#include <kdbench/run/schedule/kept_networks.h>

#include <algorithm>
#include <set>

namespace kdbench::inline run {
namespace {

/// The states, by the stems of their artifacts.
std::set<std::string> states_needed(const Plan& plan, const JobQueue& queue, std::size_t job) {
  std::set<std::string> out;
  const auto& needed = plan.jobs[job];
  for (const auto dependent : queue.dependents(job)) {
    if (queue.settled(dependent)) continue;
    for (const auto epoch : needed.keep_epochs) out.insert(snapshot_name(epoch));
    const auto& spec = plan.jobs[dependent].spec;
    if (spec.teacher && spec.teacher->job == needed.id) out.insert(artifact_stem(spec.teacher->checkpoint));
    for (const auto& teacher : spec.more_teachers) {
      if (teacher.job == needed.id) out.insert(artifact_stem(teacher.checkpoint));
    }
    if (spec.init == needed.id || spec.added_to == needed.id) out.insert(artifact_stem(CheckpointRef{}));
  }
  return out;
}

/// True if the loss of an open job starts from that of this one.
bool is_loss_needed(const Plan& plan, const JobQueue& queue, std::size_t job) {
  const auto dependents = queue.dependents(job);
  return std::any_of(dependents.begin(), dependents.end(), [&](std::size_t dependent) {
    return !queue.settled(dependent) && plan.jobs[dependent].spec.loss_init == plan.jobs[job].id;
  });
}

}  // namespace

std::string why_not_whole(const Plan& plan, const Store& store, const JobQueue& queue, std::size_t job) {
  for (const auto& state : states_needed(plan, queue, job)) {
    if (auto why = store.why_unusable(plan.jobs[job].id, state); !why.empty()) return why;
  }
  return is_loss_needed(plan, queue, job) ? store.why_no_loss_state(plan.jobs[job].id) : "";
}

}  // namespace kdbench::inline run
