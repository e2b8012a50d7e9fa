#include <kdbench/run/schedule/queue.h>

#include <kdbench/base/check.h>
#include <kdbench/run/schedule/group_memory.h>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace kdbench::inline run {

JobQueue::JobQueue(const Plan& plan, Options options) : plan_(plan), options_(options), state_(plan.jobs.size()) {
  options_.slots = std::max(1, options_.slots);
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    for (const auto& need : plan.jobs[i].needs) {
      const auto found = index.find(need);
      KDBENCH_CHECK(found != index.end(), "a job needs one that does not stand before it in the plan");
      state_[i].needs.push_back(found->second);
      state_[found->second].dependents.push_back(i);
    }
    index.emplace(plan.jobs[i].id, i);
  }
}

bool JobQueue::ready(std::size_t job) const {
  const auto& state = state_[job];
  if (state.running || state.status) return false;
  return std::all_of(state.needs.begin(), state.needs.end(),
                     [this](std::size_t need) { return state_[need].status == Status::kDone; });
}

bool JobQueue::fusible(std::size_t job) const { return options_.fuse && !state_[job].apart && !plan_.jobs[job].group.empty(); }

Unit JobQueue::single(std::size_t job) const {
  const auto& spec = plan_.jobs[job].spec;
  const int threads = spec.train ? static_cast<int>(std::max<std::int64_t>(1, spec.train->threads)) : 1;
  return {{job}, std::min(threads, options_.slots), 1, threads, plan_.jobs[job].estimated_s, plan_.jobs[job].estimated_bytes};
}

Unit JobQueue::unit_of(std::size_t job) const {
  if (!fusible(job)) return single(job);
  std::vector<std::size_t> together;
  std::vector<const Job*> group;
  for (std::size_t i = job; i < plan_.jobs.size(); ++i) {
    if (plan_.jobs[i].group != plan_.jobs[job].group || !fusible(i) || !ready(i)) continue;
    together.push_back(i);
    group.push_back(&plan_.jobs[i]);
  }
  const auto slots = static_cast<std::size_t>(options_.slots);
  const auto part = parts_of(group, slots, options_.unit_bytes).front();
  auto unit = part.jobs == 1 ? single(job) : Unit{};
  unit.left_out = group.size() - part.jobs;
  unit.is_bounded = unit.left_out > 0 || part.threads < std::min(slots, group.size());
  if (part.jobs == 1) return unit;
  unit.jobs.assign(together.begin(), together.begin() + static_cast<std::ptrdiff_t>(part.jobs));
  unit.slots = unit.workers = static_cast<int>(part.threads);
  unit.estimated_s = part.seconds / unit.workers;
  unit.bytes = part.bytes;
  return unit;
}

std::optional<Unit> JobQueue::next(int free_slots, double busy_s, double free_bytes) {
  if (free_slots <= 0) return std::nullopt;
  while (first_open_ < state_.size() && state_[first_open_].status) ++first_open_;
  bool blocked = false;
  std::set<std::string> seen_groups;
  for (std::size_t i = first_open_; i < state_.size(); ++i) {
    if (!ready(i) || (fusible(i) && !seen_groups.insert(plan_.jobs[i].group).second)) continue;
    auto unit = unit_of(i);
    const bool passes = !blocked || (unit.estimated_s > 0 && unit.estimated_s <= busy_s);
    if (unit.slots <= free_slots && unit.bytes <= free_bytes && passes) {
      for (const auto job : unit.jobs) state_[job].running = true;
      return unit;
    }
    blocked = true;
  }
  return std::nullopt;
}

void JobQueue::settle(std::size_t job, Status status) {
  state_[job].running = false;
  state_[job].status = status;
}

void JobQueue::requeue_apart(std::size_t job) {
  state_[job].running = false;
  state_[job].apart = true;
}

}  // namespace kdbench::inline run
