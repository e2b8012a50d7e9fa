/// JobQueue: which jobs may start now, and which of them share a worker. Knows no process and no
/// clock.
#pragma once
#include <kdbench/plan/plan.h>
#include <kdbench/results/record.h>

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

namespace kdbench::inline run {

/// The jobs of one worker process, by their index in the plan.
struct Unit {
  std::vector<std::size_t> jobs;
  int slots = 1;           ///< what it takes of the machine
  int workers = 1;         ///< jobs that run side by side in the process
  int threads = 1;         ///< of one operation: the jobs' own setting, which decides results, however many run side by side
  double estimated_s = 0;  ///< 0: unknown
  double bytes = 0;        ///< estimated peak memory; 0: unknown
  std::vector<std::string> anew = {};  ///< ids of those jobs whose results are to be replaced
  std::size_t left_out = 0;            ///< jobs of the group that memory leaves to later units
  bool is_bounded = false;             ///< memory bounds its jobs or its threads
};

/// Hands out units in plan order. A unit that does not fit lets others pass only while it would
/// have to wait anyway.
class JobQueue {
 public:
  struct Options {
    int slots = 1;          ///< >= 1
    bool fuse = true;       ///< let jobs of one group share a worker
    double unit_bytes = 0;  ///< estimated memory that a unit of several jobs may need; 0: any
  };

  /// Keeps a reference to the plan.
  JobQueue(const Plan& plan, Options options);

  /// Returns the next unit that fits into `free_slots` and `free_bytes`, and marks its jobs as running. `busy_s` is
  /// how long the machine will be too full for a wide unit anyway, by the plan's estimates.
  std::optional<Unit> next(int free_slots, double busy_s, double free_bytes = std::numeric_limits<double>::infinity());

  /// Says how a job ended (or was found to have ended, before it started).
  void settle(std::size_t job, Status status);
  /// Puts a running job back; from now on it gets a worker of its own.
  void requeue_apart(std::size_t job);

  bool settled(std::size_t job) const { return state_[job].status.has_value(); }
  /// Jobs that need `job`, in plan order.
  const std::vector<std::size_t>& dependents(std::size_t job) const { return state_[job].dependents; }

 private:
  struct State {
    std::vector<std::size_t> needs, dependents;
    std::optional<Status> status;
    bool running = false, apart = false;
  };

  bool ready(std::size_t job) const;
  bool fusible(std::size_t job) const;
  Unit unit_of(std::size_t job) const;
  Unit single(std::size_t job) const;

  const Plan& plan_;
  Options options_;
  std::vector<State> state_;
  std::size_t first_open_ = 0;  ///< every job before it is settled
};

}  // namespace kdbench::inline run
