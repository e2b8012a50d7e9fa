#include <kdbench/run/group_memory.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace kdbench {
namespace {

std::vector<GroupPart> cut(std::span<const Job* const> group, std::size_t threads, double limit) {
  std::vector<GroupPart> out;
  while (!group.empty()) {
    GroupMemory memory(threads);
    GroupPart part;
    double teacher_s = 0;
    bool known = true;
    for (; part.jobs < group.size() && memory.add(*group[part.jobs], limit); ++part.jobs) {
      const auto& job = *group[part.jobs];
      teacher_s = std::max(teacher_s, job.shared_s);
      part.seconds += job.estimated_s - job.shared_s;
      known = known && job.estimated_s > 0;
    }
    part.seconds = known ? part.seconds + teacher_s : 0;
    part.threads = std::min(threads, part.jobs);
    part.bytes = memory.bytes();
    group = group.subspan(part.jobs);
    out.push_back(part);
  }
  return out;
}

/// Until the last part is done. Where nothing is known of the time, every job takes as long as any other.
double wall_seconds(const std::vector<GroupPart>& parts) {
  double out = 0;
  for (const auto& part : parts) {
    out += (part.seconds > 0 ? part.seconds : static_cast<double>(part.jobs)) / static_cast<double>(part.threads);
  }
  return out;
}

}  // namespace

bool GroupMemory::add(const Job& job, double limit) {
  const double step = std::round(job.estimated_bytes - job.shared_bytes - job.state_bytes);
  const auto same = steps_.find(step);
  const bool one_more_runs = same == steps_.end() || same->second < threads_;
  const bool known = known_ && job.estimated_bytes > 0;
  const double shared = std::max(shared_, job.shared_bytes), states = states_ + job.state_bytes,
               running = running_ + (one_more_runs ? step : 0);
  if (jobs_ > 0 && limit > 0 && known && shared + states + running > limit) return false;
  shared_ = shared;
  states_ = states;
  running_ = running;
  known_ = known;
  ++steps_[step];
  ++jobs_;
  return true;
}

std::vector<GroupPart> parts_of(std::span<const Job* const> group, std::size_t threads, double limit) {
  std::vector<GroupPart> best;
  double best_s = std::numeric_limits<double>::infinity();
  for (threads = std::min(threads, group.size()); threads >= 1; --threads) {
    auto parts = cut(group, threads, limit);
    const bool whole = parts.size() == 1;
    const double s = wall_seconds(parts);
    if (s < best_s || (s == best_s && parts.size() < best.size())) {
      best = std::move(parts);
      best_s = s;
    }
    if (whole) break;  // fewer threads would only take longer
  }
  return best;
}

}  // namespace kdbench
