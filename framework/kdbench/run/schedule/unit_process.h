/// UnitProcess: the worker of one unit, what its jobs have reported, and why it was stopped.
#pragma once
#include <kdbench/run/process/ask.h>
#include <kdbench/run/process/process.h>
#include <kdbench/run/progress.h>
#include <kdbench/run/schedule/queue.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace kdbench::inline run {

/// What bounds a unit (0 means no limit) and how its worker keeps memory.
struct UnitOptions {
  double timeout_s = 0;  ///< wall time of one job
  double stall_s = 0;    ///< wall time in which the worker and its children use no processor time
  /// Resident memory of the worker and its children; freed blocks beyond half of it are not kept.
  double memory_limit_bytes = 0;
  /// What all workers together may use by the plan's estimates, so that groups are cut and units wait. Without a limit of
  /// its own, a worker keeps no freed blocks beyond half of it.
  double memory_bytes = 0;
  /// False on a GPU, where estimates count as the host's what lies on the device, and say nothing about memory_limit_bytes.
  bool estimates_hold = true;

  /// Returns what the jobs of one unit may need together by the plan's estimates; 0: no limit.
  double unit_bytes() const;
  double grace_s = 20;            ///< between SIGTERM and SIGKILL, and between the last event and the end
  bool caching_allocator = true;  ///< false: the worker keeps libtorch's own
};

/// A report of the worker on one job.
struct JobReport {
  std::size_t job = 0;  ///< index in the plan
  Status status = Status::kFailed;
  std::string reason;
};

class UnitProcess {
 public:
  /// Starts the worker. Keeps references to the plan and the options.
  /// @throws std::system_error when it cannot be started.
  UnitProcess(const Plan& plan, Unit unit, const WorkerSetup& setup, const std::filesystem::path& store,
              const UnitOptions& options);

  const Unit& unit() const { return unit_; }
  const Process& process() const { return process_; }
  const std::filesystem::path& log() const { return log_; }

  /// Reads what has arrived; returns the reports on jobs and calls nothing else.
  std::vector<JobReport> read();
  /// Ends the process, reads the rest and keeps how it ended.
  std::vector<JobReport> finish();
  /// Stops the worker when it is over a limit or did not end in its grace time.
  void enforce_limits();
  /// Asks the worker to save and end; the second call kills it.
  void stop();

  /// Jobs without a report of a status that ends them, in plan order.
  std::vector<std::size_t> open_jobs() const;
  /// Returns why the jobs that are still open ended, once finish() was called.
  std::string cause() const;
  /// True if somebody else than kdbench ended it by a signal: the kernel for want of memory, a batch system, a person.
  bool was_killed() const;
  /// True if the worker could not begin, or go on, for a fault of the machine.
  bool met_machine_fault() const { return error_ && error_->kind == kMachineFault; }
  /// True if the worker itself said that `job` is not finished, through no fault of its own.
  bool reported_interrupted(std::size_t job) const;
  /// What it said of that.
  const std::string& interrupted_by(std::size_t job) const { return seen_.at(job).reason; }

  double wall_s() const;
  const ExitStatus& exit() const { return exit_; }
  /// Returns the notes of the worker since the last call.
  std::vector<std::string> take_notes() { return std::exchange(notes_, {}); }
  /// The job heard from last, if any has begun.
  const std::optional<RunningJob>& latest() const { return latest_; }
  /// Jobs that have begun and are not over; at least 1.
  std::size_t num_running() const;
  /// Estimated seconds of work in the jobs' epochs so far, jobs that are over counted whole.
  double finished_estimate(std::size_t job, double whole) const;
  /// Fraction of the unit that is done, in [0, 1], by epochs.
  double fraction() const;

 private:
  struct Seen {
    bool begun = false, over = false, interrupted = false;
    double fraction = 0;
    std::string reason = {};  ///< of its last report
  };

  std::vector<JobReport> take(const std::vector<std::string>& lines);
  void hear(const LoadingEvent& event) { loading_ = event.file; }
  void hear(const NoteEvent& event) { notes_.push_back(event.text); }
  void hear(const ErrorEvent& event);
  void hear(const ResultEvent& event);
  void hear(const JobEvent& event);
  void hear(const EpochEvent& event);
  void hear(const auto&) {}  // of other requests
  /// Which limit the worker is over; empty if none.
  std::string limit_reached();
  bool is_stalled();
  /// The index of a job of this unit that is not over.
  std::optional<std::size_t> open_job(const std::string& id) const;
  std::string last_words() const;

  const Plan& plan_;
  const UnitOptions& unit_options_;
  Unit unit_;
  std::filesystem::path log_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::size_t, Seen> seen_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), kill_at_{};
  std::chrono::steady_clock::time_point look_at_{};          ///< when is_stalled() looks again
  std::chrono::steady_clock::time_point moved_at_ = start_;  ///< when it was last seen to use processor time
  double moved_cpu_s_ = 0;
  std::optional<RunningJob> latest_;
  std::vector<std::string> notes_;
  std::string limit_, loading_;
  std::optional<ErrorEvent> error_;
  std::vector<JobReport> reports_;  ///< since the last take()
  bool stopping_ = false, killed_ = false, result_ = false;
  ExitStatus exit_;
  Process process_;
};

}  // namespace kdbench::inline run
