#include <kdbench/run/schedule/scheduler.h>

#include <kdbench/run/process/signals.h>
#include <kdbench/run/schedule/job_results.h>

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <list>
#include <numeric>
#include <set>
#include <string>
#include <unordered_map>

namespace kdbench::inline run {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTick_ms = 100;
/// How often the worker of a job may be killed in a run before the job is left for the next one.
constexpr int kMostKills = 3;
constexpr const char* kGoOn = "; run again to go on";
constexpr const char* kKept = "; the earlier result is kept";

class Runner {
 public:
  Runner(const Plan& plan, const Store& store, const RunOptions& options, RunObserver& observer)
      : plan_(plan),
        store_(store),
        options_(options),
        observer_(observer),
        queue_(plan, {options.slots, options.fuse, options.unit.unit_bytes()}),
        results_(plan, store, queue_, options.loaded, options.rerun_changed) {
    if (!options.fuse) return;
    for (const auto& job : plan.jobs) ++group_sizes_[job.group];
  }

  RunSummary run() {
    summary_.total = plan_.jobs.size();
    look_into_store();
    for (std::size_t i = 0; i < plan_.jobs.size(); ++i) work_ += queue_.settled(i) ? 0 : weight(i);
    for (start_units(); !active_.empty(); start_units()) {
      wait();
      for (auto it = active_.begin(); it != active_.end();) it = advance(*it) ? std::next(it) : active_.erase(it);
      observer_.update(state());
    }
    for (std::size_t i = 0; i < plan_.jobs.size(); ++i) summary_.left += queue_.settled(i) ? 0 : 1;
    return std::move(summary_);
  }

 private:
  /// Seconds of work, with an equal share of what the job's group has once. A plan without estimates still makes progress that
  /// can be shown: then every job weighs the same.
  double weight(std::size_t job) const {
    const auto& j = plan_.jobs[job];
    const auto size = j.group.empty() ? group_sizes_.end() : group_sizes_.find(j.group);
    const double others = size == group_sizes_.end() ? 0 : 1 - 1 / static_cast<double>(size->second);
    return std::max(j.estimated_s - others * j.shared_s, 1e-3);
  }

  void look_into_store() {
    for (const auto& line : outdated_lines(results_.standings())) observer_.note(line);
    for (const auto job : results_.unreadable()) refuse_unreadable(job);
    std::vector<std::size_t> done;
    for (std::size_t i = 0; i < plan_.jobs.size(); ++i) {
      const auto& found = results_[i];
      if (!found.status || found.again) continue;
      const bool bad = found.status == Status::kFailed || found.status == Status::kDiverged;
      if (found.status == Status::kDone) {
        done.push_back(i);
      } else if (bad && !options_.rerun_failed) {
        ++state_.failed;
        summary_.problems.push_back({plan_.jobs[i].label.text(), to_string(*found.status), found.reason, true});
        queue_.settle(i, *found.status);
        earlier_.push_back({i, *found.status});
      }
    }
    const auto incomplete = settle_whole(done);
    for (const auto& [job, status] : earlier_) skip_dependents(job, status);
    for (const auto job : settle_whole(incomplete)) {
      observer_.note(fmt::format("{}: {}; it is trained again", plan_.jobs[job].label.text(), results_.why_not_whole(job)));
    }
  }

  /// Settles those of the jobs whose networks are as whole as is still needed, and returns the others. Those that need a job
  /// stand after it, and what nobody will learn from any more need not be there.
  std::vector<std::size_t> settle_whole(const std::vector<std::size_t>& done) {
    std::vector<std::size_t> others;
    for (auto it = done.rbegin(); it != done.rend(); ++it) {
      if (results_.why_not_whole(*it).empty())
        was_done(*it);
      else
        others.push_back(*it);
    }
    std::reverse(others.begin(), others.end());
    return others;
  }

  /// Where no record may be put the job fails before it is trained for nothing.
  void refuse_unreadable(std::size_t job) {
    const auto why = store_.why_not_replaceable(plan_.jobs[job].id);
    if (why.empty()) return;
    ++state_.failed;
    summary_.problems.push_back({plan_.jobs[job].label.text(), to_string(Status::kFailed), why, true});
    queue_.settle(job, Status::kFailed);
    earlier_.push_back({job, Status::kFailed});
  }

  void was_done(std::size_t job) {
    ++summary_.done_before;
    ++state_.done;
    queue_.settle(job, Status::kDone);
  }

  void start_units() {
    while (summary_.signal == 0) {
      auto unit = queue_.next(options_.slots - used_slots(), busy_s(), free_bytes());
      if (!unit) return;
      if (unit->is_bounded) tell_bounded(*unit);
      drop_done(*unit);
      if (!unit->jobs.empty()) active_.emplace_back(plan_, *unit, options_.setup, store_.root(), options_.unit);
    }
  }

  /// Another machine that shares the store may have been faster.
  void drop_done(Unit& unit) {
    std::vector<std::size_t> left;
    for (const auto job : unit.jobs) {
      if (results_.is_complete(job)) {
        settle(job, Status::kDone, "");
      } else {
        left.push_back(job);
      }
    }
    unit.jobs = std::move(left);
    for (const auto job : unit.jobs) {
      if (results_[job].again) unit.anew.push_back(plan_.jobs[job].id);
    }
  }

  /// Once a group: what is left of it is bounded again.
  void tell_bounded(const Unit& unit) {
    const auto& first = plan_.jobs[unit.jobs.front()];
    if (!bounded_groups_.insert(first.group).second) return;
    const auto& memory = options_.unit;
    const bool by_limit =
        memory.memory_limit_bytes > 0 && (memory.memory_bytes <= 0 || memory.unit_bytes() < memory.memory_bytes);
    const auto all = unit.jobs.size() + unit.left_out;
    observer_.note(fmt::format("{}, ...: {} jobs on {} threads would need more than {:.2f} GB ({}); jobs now: {}, threads: {}",
                               first.label.text(), all, std::min<std::size_t>(all, options_.slots), memory.unit_bytes() / 1e9,
                               by_limit ? "80 % of --memory-limit" : "--memory, or 80 % of what is available", unit.jobs.size(),
                               unit.workers));
  }

  /// Whatever is next may start where nothing else runs: waiting would not make it smaller.
  double free_bytes() const {
    if (options_.unit.memory_bytes <= 0 || active_.empty()) return std::numeric_limits<double>::infinity();
    return std::accumulate(active_.begin(), active_.end(), options_.unit.memory_bytes,
                           [](double free, const auto& a) { return free - a.unit().bytes; });
  }

  int used_slots() const {
    return std::accumulate(active_.begin(), active_.end(), 0, [](int sum, const auto& a) { return sum + a.unit().slots; });
  }

  double busy_s() const {
    double longest = 0;
    for (const auto& a : active_) longest = std::max(longest, a.unit().estimated_s * (1 - a.fraction()));
    return longest;
  }

  void wait() {
    std::vector<pollfd> fds = {{signals_.fd(), POLLIN, 0}};
    for (const auto& a : active_) {
      fds.push_back({a.process().exit_fd(), POLLIN, 0});
      fds.push_back({a.process().pipe_fd(), POLLIN, 0});
    }
    ::poll(fds.data(), fds.size(), kTick_ms);
    while (const auto signal = signals_.take()) stop(*signal);
  }

  void stop(int signal) {
    if (summary_.signal == 0) {
      summary_.signal = signal;
      observer_.note("stopping: the jobs at work save their state (once more to stop at once)");
    }
    for (auto& a : active_) a.stop();
  }

  /// Returns false when the unit is over.
  bool advance(UnitProcess& unit) {
    pollfd exit = {unit.process().exit_fd(), POLLIN, 0};
    const bool ended = ::poll(&exit, 1, 0) > 0;
    take(unit, ended ? unit.finish() : unit.read());
    if (!ended) {
      unit.enforce_limits();
      return true;
    }
    close(unit);
    return false;
  }

  void take(UnitProcess& unit, const std::vector<JobReport>& reports) {
    for (const auto& note : unit.take_notes()) observer_.note(note);
    if (unit.latest()) state_.latest = *unit.latest();
    for (const auto& report : reports) {
      if (report.status != Status::kInterrupted) accept(unit, report);
    }
  }

  /// Believes the store before the worker: a report without its record, or without what was to be kept, is a failure.
  void accept(const UnitProcess& unit, const JobReport& report) {
    const auto& job = plan_.jobs[report.job];
    const auto found = store_.get(job.id);
    const bool is_done = report.status == Status::kDone;
    const bool recorded =
        found && *found && (*found)->status == report.status && (!is_done || results_.is_renewed(report.job, **found));
    const auto lacks = is_done ? results_.why_not_whole(report.job) : "";
    if (recorded && lacks.empty()) return settle(report.job, (*found)->status, (*found)->reason, &unit);
    if (!is_done && results_.keeps_earlier(report.job)) return settle(report.job, report.status, report.reason + kKept, &unit);
    const auto reason = report.status == Status::kFailed && !report.reason.empty()
                            ? report.reason
                            : fmt::format("worker reported '{}' and {}", to_string(report.status),
                                          lacks.empty() ? "wrote no such record" : lacks);
    if (is_done && unit.unit().jobs.size() > 1 && !results_.keeps_earlier(report.job)) {
      if (!found) store_.withdraw(job.id);  // a plugin beside it may have written into it
      return train_apart(report.job, reason + "; log: " + unit.log().string(), unit);
    }
    fail(report.job, reason + "; log: " + unit.log().string(), unit);
  }

  /// Deals with the jobs that a worker left open.
  void close(UnitProcess& unit) {
    const auto open = unit.open_jobs();
    for (const auto job : open) {
      if (results_.is_complete(job)) {
        settle(job, Status::kDone, "", &unit);
      } else if (summary_.signal != 0 || unit.reported_interrupted(job)) {
        if (summary_.signal == 0) interrupted(job, unit.interrupted_by(job) + kGoOn);
      } else if (unit.met_machine_fault()) {
        interrupted(job, unit.cause() + kGoOn);
      } else if (unit.was_killed()) {
        killed(job, unit);
      } else if (unit.unit().jobs.size() > 1) {
        train_apart(job, unit.cause(), unit);
      } else {
        fail(job, unit.cause(), unit);
      }
    }
  }

  /// Who kills a worker may mean the memory that it takes, or the machine, and not the job: that goes on from its checkpoint, and
  /// is no failure however often it happens.
  void killed(std::size_t job, const UnitProcess& unit) {
    const auto kills = ++kills_[job];
    if (kills > kMostKills) {
      return interrupted(
          job, fmt::format("its worker was killed {} times by somebody else: a person, a batch system, or the kernel for "
                           "want of memory; log: {}{}",
                           kills, unit.log().string(), kGoOn));
    }
    queue_.requeue_apart(job);
    observer_.job_finished({plan_.jobs[job].label.text(), "again", unit.cause(), unit.wall_s()}, state());
  }

  /// What went wrong may be the work of a job beside it.
  void train_apart(std::size_t job, const std::string& reason, const UnitProcess& unit) {
    queue_.requeue_apart(job);
    observer_.job_finished({plan_.jobs[job].label.text(), "apart", reason, unit.wall_s()}, state());
  }

  void fail(std::size_t job, const std::string& reason, const UnitProcess& unit) {
    results_.put(job, Status::kFailed, reason, unit.exit());
    settle(job, Status::kFailed, reason + (results_.keeps_earlier(job) ? kKept : ""), &unit);
  }

  /// A worker that was ended by somebody else: its state is saved, so the job is neither done nor failed.
  void interrupted(std::size_t job, const std::string& reason) {
    queue_.settle(job, Status::kInterrupted);
    summary_.problems.push_back({plan_.jobs[job].label.text(), "interrupted", reason});
    for (const auto dependent : queue_.dependents(job)) {
      if (!queue_.settled(dependent))
        interrupted(dependent, fmt::format("needs {}, which is interrupted", plan_.jobs[job].label.text()));
    }
  }

  void settle(std::size_t job, Status status, const std::string& reason, const UnitProcess* unit = nullptr) {
    queue_.settle(job, status);
    finished_work_ += weight(job);
    auto& count = status == Status::kDone ? state_.done : status == Status::kSkipped ? state_.skipped : state_.failed;
    ++count;
    summary_.done += status == Status::kDone ? 1 : 0;
    if (status != Status::kDone) summary_.problems.push_back({plan_.jobs[job].label.text(), to_string(status), reason});
    FinishedJob finished{plan_.jobs[job].label.text(), to_string(status), reason};
    if (unit != nullptr) {
      finished.wall_s = unit->wall_s();
      finished.cpu_s = unit->exit().cpu_s;
      finished.peak_rss_bytes = unit->exit().peak_rss_bytes;
    }
    observer_.job_finished(finished, state());
    if (status != Status::kDone) skip_dependents(job, status);
  }

  void skip_dependents(std::size_t job, Status status) {
    const auto reason = fmt::format("needs {}, which is {}", plan_.jobs[job].label.text(), to_string(status));
    for (const auto dependent : queue_.dependents(job)) {
      if (queue_.settled(dependent)) continue;
      results_.put(dependent, Status::kSkipped, reason, {});
      settle(dependent, Status::kSkipped, reason);
    }
  }

  std::size_t running() const {
    return std::accumulate(active_.begin(), active_.end(), std::size_t{0},
                           [](std::size_t sum, const auto& a) { return sum + a.num_running(); });
  }

  ProgressState state() const {
    auto out = state_;
    out.total = plan_.jobs.size();
    out.running = running();
    out.elapsed_s = std::chrono::duration<double>(Clock::now() - start_).count();
    double finished = finished_work_;
    for (const auto& a : active_) {
      for (const auto job : a.open_jobs()) finished += a.finished_estimate(job, weight(job));
    }
    out.eta_s = eta_s(finished, work_, out.elapsed_s);
    return out;
  }

  const Plan& plan_;
  const Store& store_;
  const RunOptions& options_;
  RunObserver& observer_;
  JobQueue queue_;
  JobResults results_;
  std::unordered_map<std::string, std::size_t> group_sizes_;  ///< jobs that may share a worker
  SignalWatch signals_;
  std::list<UnitProcess> active_;
  std::set<std::string> bounded_groups_;
  std::unordered_map<std::size_t, int> kills_;  ///< of jobs whose worker was killed by somebody else
  std::vector<std::pair<std::size_t, Status>> earlier_;
  RunSummary summary_;
  ProgressState state_;
  Clock::time_point start_ = Clock::now();
  double work_ = 0, finished_work_ = 0;
};

}  // namespace

int RunSummary::exit_code() const {
  if (signal != 0) return 128 + signal;
  return problems.empty() ? 0 : 1;
}

RunSummary run_plan(const Plan& plan, const Store& store, const RunOptions& options, RunObserver& observer) {
  return Runner(plan, store, options, observer).run();
}

}  // namespace kdbench::inline run
