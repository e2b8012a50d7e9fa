/// What jobs that share a worker need together, by the estimates of their plan, and how a group is cut where not all of them fit.
#pragma once
#include <kdbench/plan/plan.h>

#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace kdbench::inline run {

/// Memory of one worker's jobs. It has data and tape once, a copy of the teacher a thread, the state of every student from the
/// beginning to the end, and a step of as many students as train at a time, the largest of each model.
class GroupMemory {
 public:
  /// @param threads jobs that train at a time, >= 1
  explicit GroupMemory(std::size_t threads) : threads_(threads) {}

  /// Adds a job, unless the jobs would then need more than `limit` bytes (0: no limit). The first is always added.
  /// @returns whether it was
  bool add(const Job& job, double limit = 0);

  double bytes() const { return known_ ? total_ : 0; }  ///< peak; 0: the estimate of some job is unknown

 private:
  std::size_t threads_, jobs_ = 0;
  double shared_ = 0, thread_ = 0, states_ = 0, running_ = 0, total_ = 0;
  std::map<double, std::size_t> steps_;  ///< jobs by the bytes of a step: what one model leaves behind does not fit another
  bool known_ = true;
};

/// Jobs of a group that are trained at once.
struct GroupPart {
  std::size_t jobs = 0;     ///< how many, at least one
  std::size_t threads = 1;  ///< that train them
  double bytes = 0;         ///< peak; 0: unknown
  double seconds = 0;       ///< of one core, the teacher's passes once; 0: unknown
};

/// Cuts a group, in order, into parts that fit into `limit` bytes each (0: one part). A part pays for the teacher's passes, and
/// fewer threads take longer but leave room for more jobs: the cut is the one that is estimated to be done soonest, and of two
/// such the one with fewer parts. What is left after the first part is cut as it was in the whole.
/// @param group not empty @param threads that may be used, >= 1
std::vector<GroupPart> parts_of(std::span<const Job* const> group, std::size_t threads, double limit);

}  // namespace kdbench::inline run
