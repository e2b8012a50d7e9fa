#include <kdbench/run/schedule/job_results.h>

#include <kdbench/results/origin.h>
#include <kdbench/run/schedule/kept_networks.h>
#include <kdbench/run/schedule/parent_record.h>

namespace kdbench::inline run {

JobResults::JobResults(const Plan& plan, const Store& store, const JobQueue& queue, const LoadedPlugins& loaded, bool all_again)
    : plan_(plan), store_(store), queue_(queue), loaded_(loaded.used()) {
  const auto record_of = [&](std::size_t job) -> std::optional<RunRecord> {
    auto found = store.get(plan.jobs[job].id);
    if (found) return std::move(*found);
    unreadable_.push_back(job);
    return std::nullopt;
  };
  standings_ = kdbench::standings(plan, record_of, loaded, all_again);
}

std::string JobResults::why_not_whole(std::size_t job) const { return run::why_not_whole(plan_, store_, queue_, job); }

bool JobResults::is_complete(std::size_t job) const {
  const auto found = store_.get(plan_.jobs[job].id);
  if (!found || !*found || (*found)->status != Status::kDone) return false;
  return is_renewed(job, **found) && why_not_whole(job).empty();
}

bool JobResults::is_renewed(std::size_t job, const RunRecord& record) const {
  if (!standings_[job].again || record.origin != standings_[job].origin) return true;
  const auto weights_of = [this](const std::string& id) {
    const auto found = store_.get(id);
    return found && *found ? (*found)->extra.weights_sha256 : "";
  };
  return record.origin && is_current(*record.origin, loaded_, weights_of);
}

bool JobResults::keeps_earlier(std::size_t job) const { return standings_[job].again && standings_[job].status == Status::kDone; }

void JobResults::put(std::size_t job, Status status, const std::string& reason, const ExitStatus& exit) const {
  auto record = parent_record(plan_, job, status, reason, exit);
  if (!loaded_.empty()) record.origin = Origin{used_by(plan_.jobs[job].spec, loaded_), {}};
  store_.put(record);
}

}  // namespace kdbench::inline run
