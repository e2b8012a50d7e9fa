#include <kdbench/run/schedule/group_memory.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace kdbench::inline run {
namespace {

/// The jobs from the first on that fit on so many threads.
GroupPart first_part(std::span<const Job* const> group, std::size_t threads, double limit) {
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
  return part;
}

/// The parts that may stand first, each of another number of jobs. Of two of equal number the one on more threads is left.
std::vector<GroupPart> first_parts(std::span<const Job* const> group, std::size_t threads, double limit) {
  std::vector<GroupPart> out;
  for (threads = std::min(threads, group.size()); threads >= 1; --threads) {
    const auto part = first_part(group, threads, limit);
    if (out.empty() || part.jobs > out.back().jobs) out.push_back(part);
    if (part.jobs == group.size()) break;
  }
  return out;
}

/// Where nothing is known of the time, every job takes as long as any other.
double wall_seconds(const GroupPart& part) {
  return (part.seconds > 0 ? part.seconds : static_cast<double>(part.jobs)) / static_cast<double>(part.threads);
}

/// The best way on from a job of the group to its end.
struct Way {
  GroupPart part;
  double seconds = 0;
  std::size_t parts = 0;  ///< 0: none is known

  /// Sums of the same seconds in another order are equal.
  bool at_least_as_good_as(const Way& other) const {
    constexpr double kRounding = 1e-9;
    if (other.parts == 0 || seconds < other.seconds * (1 - kRounding)) return true;
    return seconds <= other.seconds * (1 + kRounding) && parts <= other.parts;
  }
};

}  // namespace

bool GroupMemory::add(const Job& job, double limit) {
  const double step = std::round(job.estimated_bytes - job.shared_bytes - job.thread_bytes - job.state_bytes);
  const auto same = steps_.find(step);
  const bool one_more_runs = same == steps_.end() || same->second < threads_;
  const bool known = known_ && job.estimated_bytes > 0;
  const double shared = std::max(shared_, job.shared_bytes), thread = std::max(thread_, job.thread_bytes);
  const double states = states_ + job.state_bytes, running = running_ + (one_more_runs ? step : 0);
  const double total = shared + static_cast<double>(std::min(threads_, jobs_ + 1)) * thread + states + running;
  if (jobs_ > 0 && limit > 0 && known && total > limit) return false;
  shared_ = shared;
  thread_ = thread;
  states_ = states;
  running_ = running;
  total_ = total;
  known_ = known;
  ++steps_[step];
  ++jobs_;
  return true;
}

std::vector<GroupPart> parts_of(std::span<const Job* const> group, std::size_t threads, double limit) {
  std::map<std::size_t, std::vector<GroupPart>> choices;  // by the job that a part may begin with
  std::set<std::size_t> open{0};
  while (!open.empty()) {
    const auto begin = *open.begin();
    open.erase(open.begin());
    if (begin == group.size()) break;
    auto& parts = choices[begin] = first_parts(group.subspan(begin), threads, limit);
    for (const auto& part : parts) open.insert(begin + part.jobs);
  }
  std::map<std::size_t, Way> best;
  for (auto it = choices.rbegin(); it != choices.rend(); ++it) {
    auto& way = best[it->first];
    for (const auto& part : it->second) {
      const auto then = best.find(it->first + part.jobs);
      const auto& rest = then == best.end() ? Way{} : then->second;
      const Way found{part, wall_seconds(part) + rest.seconds, rest.parts + 1};
      if (found.at_least_as_good_as(way)) way = found;
    }
  }
  std::vector<GroupPart> out;
  for (std::size_t at = 0; at < group.size(); at += out.back().jobs) out.push_back(best.at(at).part);
  return out;
}

}  // namespace kdbench::inline run
