/// What jobs that share a worker need together, by the estimates of their plan, and how many of them fit.
#pragma once
#include <kdbench/plan/plan.h>

#include <cstddef>
#include <map>
#include <span>
#include <vector>

namespace kdbench {

/// Memory of one worker's jobs. It has data, teacher and tape once, the state of every student from the beginning to the end, and
/// a step of as many students as train at a time, the largest of each model.
class GroupMemory {
 public:
  /// @param threads jobs that train at a time, >= 1
  explicit GroupMemory(std::size_t threads) : threads_(threads) {}

  /// Adds a job, unless the jobs would then need more than `limit` bytes (0: no limit). The first is always added.
  /// @returns whether it was
  bool add(const Job& job, double limit = 0);

  double bytes() const;  ///< peak; 0: the estimate of some job is unknown

 private:
  std::size_t threads_, jobs_ = 0;
  double shared_ = 0, states_ = 0;
  std::map<double, std::size_t> steps_;  ///< jobs by the bytes of a step: what one model leaves behind does not fit another
  bool known_ = true;
};

/// The first jobs of a group, those that are trained at once.
struct GroupPart {
  std::size_t jobs = 0;     ///< how many, at least one
  std::size_t threads = 1;  ///< that train them
  double bytes = 0;         ///< peak; 0: unknown
};

/// Takes from the beginning of a group as many jobs as fit into `limit` bytes together (0: all). Where no two fit on so many threads,
/// fewer are used: the pass of the teacher that jobs share is worth more than a thread that must wait for memory.
/// @param group not empty @param threads that may be used, >= 1
GroupPart first_part(std::span<const Job* const> group, std::size_t threads, double limit);

/// The whole group in such parts.
std::vector<GroupPart> parts_of(std::span<const Job* const> group, std::size_t threads, double limit);

}  // namespace kdbench
