/// run_plan: trains what a plan needs and the store lacks, in worker processes.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/store.h>
#include <kdbench/run/process/ask.h>
#include <kdbench/run/progress.h>
#include <kdbench/run/schedule/standing.h>
#include <kdbench/run/schedule/unit_process.h>

#include <string>
#include <vector>

namespace kdbench::inline run {

struct RunOptions {
  WorkerSetup setup;
  int slots = 1;               ///< workers' threads that may run at a time, >= 1
  bool fuse = true;            ///< let jobs of one group share a worker
  bool rerun_failed = false;   ///< also run jobs whose record says failed or diverged
  bool rerun_changed = false;  ///< also replace results that are outdated, whoever named the library
  LoadedPlugins loaded = {};   ///< that made the plan
  UnitOptions unit;
};

/// A job that is not done at the end of a run.
struct Problem {
  std::string label, status, reason;
  bool earlier = false;  ///< it stood in the store before this run
};

struct RunSummary {
  std::size_t total = 0;
  std::size_t done_before = 0;  ///< found done in the store
  std::size_t done = 0;         ///< done in this run
  std::vector<Problem> problems;
  int signal = 0;        ///< the signal that stopped the run, or 0
  std::size_t left = 0;  ///< jobs not begun or saved half-way

  /// Returns 0, 1 when a job is not done, or 128 + signal.
  int exit_code() const;
};

/// Runs the plan's jobs in plan order, as many at a time as the slots allow, and returns when all
/// are over or a signal (SIGINT, SIGTERM, SIGHUP) has stopped it; a second signal kills the workers
/// at once. A job whose worker dies becomes a failed record with the reason; a job whose teacher is
/// not done becomes a skipped one. What jobs run beside each other changes no result. A job that is done but lacks a network
/// (Job::keep_epochs) that some job still has to learn from is trained again; its record stays. Results of another build of a
/// plugin are told of, and replaced where standings() says so; each stays until the new one is whole.
/// @throws std::system_error when no worker can be started or the store cannot be written.
RunSummary run_plan(const Plan& plan, const Store& store, const RunOptions& options, RunObserver& observer);

}  // namespace kdbench::inline run
