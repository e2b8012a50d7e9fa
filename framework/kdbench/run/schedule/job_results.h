/// What the store has of the jobs of a plan, and whether that is what a run is to end with.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>
#include <kdbench/run/process/process.h>
#include <kdbench/run/schedule/queue.h>
#include <kdbench/run/schedule/standing.h>

#include <cstddef>
#include <string>
#include <vector>

namespace kdbench::inline run {

class JobResults {
 public:
  /// Reads every record. Keeps references to plan, store and queue.
  /// @param all_again as of standings()
  JobResults(const Plan& plan, const Store& store, const JobQueue& queue, const LoadedPlugins& loaded, bool all_again);

  /// How the jobs stood when this was made.
  const std::vector<Standing>& standings() const { return standings_; }
  const Standing& operator[](std::size_t job) const { return standings_[job]; }
  /// Jobs whose record could not be read; they stand as if there were none.
  const std::vector<std::size_t>& unreadable() const { return unreadable_; }

  /// What open jobs of the queue will miss of a job's networks; empty: nothing.
  std::string why_not_whole(std::size_t job) const;
  /// True if nothing is left to do. A job that is done may lack a network that others need, and one that is to be replaced may
  /// still have the result of before.
  bool is_complete(std::size_t job) const;
  /// False for a result that is to be replaced and was not. One that came from a network of before still follows where the
  /// network of now turned out to be the same.
  bool is_renewed(std::size_t job, const RunRecord& record) const;
  /// True if a failure leaves the result of before.
  bool keeps_earlier(std::size_t job) const;

  /// Writes a record without results, unless the job is done.
  void put(std::size_t job, Status status, const std::string& reason, const ExitStatus& exit) const;

 private:
  const Plan& plan_;
  const Store& store_;
  const JobQueue& queue_;
  std::vector<UsedPlugin> loaded_;
  std::vector<Standing> standings_;
  std::vector<std::size_t> unreadable_;
};

}  // namespace kdbench::inline run
