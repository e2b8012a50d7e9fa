#include <kdbench/run/group_memory.h>

#include <algorithm>
#include <cmath>

namespace kdbench {

bool GroupMemory::add(const Job& job, double limit) {
  auto with = *this;
  ++with.jobs_;
  with.known_ = known_ && job.estimated_bytes > 0;
  with.shared_ = std::max(shared_, job.shared_bytes);
  with.states_ += job.state_bytes;
  ++with.steps_[std::round(job.estimated_bytes - job.shared_bytes - job.state_bytes)];
  if (jobs_ > 0 && limit > 0 && with.bytes() > limit) return false;
  *this = std::move(with);
  return true;
}

double GroupMemory::bytes() const {
  if (!known_) return 0;
  auto bytes = shared_ + states_;
  for (const auto& [step, jobs] : steps_) bytes += static_cast<double>(std::min(jobs, threads_)) * step;
  return bytes;
}

GroupPart first_part(std::span<const Job* const> group, std::size_t threads, double limit) {
  for (threads = std::min(threads, group.size());; --threads) {
    GroupMemory memory(threads);
    std::size_t jobs = 0;
    while (jobs < group.size() && memory.add(*group[jobs], limit)) ++jobs;
    if (jobs > 1 || threads == 1) return {jobs, std::min(threads, jobs), memory.bytes()};
  }
}

std::vector<GroupPart> parts_of(std::span<const Job* const> group, std::size_t threads, double limit) {
  std::vector<GroupPart> out;
  while (!group.empty()) {
    out.push_back(first_part(group, threads, limit));
    group = group.subspan(out.back().jobs);
  }
  return out;
}

}  // namespace kdbench
