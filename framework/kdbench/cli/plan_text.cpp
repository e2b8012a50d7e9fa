#include <kdbench/cli/plan_text.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/columns.h>
#include <kdbench/run/group_memory.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace kdbench {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string estimate_text(double seconds) { return seconds > 0 ? duration_text(seconds) : "?"; }

/// Cuts a table with a head, and says how much is missing.
std::string limited(Rows rows, const PlanTextOptions& options,
                    const std::vector<std::size_t>& right) {
  std::string more;
  if (!options.all_jobs && rows.size() > options.max_rows + 1) {
    more =
        fmt::format("  ... and {} more (--jobs lists all)\n", rows.size() - 1 - options.max_rows);
    rows.resize(options.max_rows + 1);
  }
  return aligned(rows, "  ", right) + more;
}

/// The largest part's, and how many there are.
std::string memory_text(const std::vector<GroupPart>& parts) {
  double peak = 0;
  for (const auto& part : parts) {
    if (part.bytes <= 0) return "?";
    peak = std::max(peak, part.bytes);
  }
  return bytes_text(peak) + (parts.size() > 1 ? fmt::format(" in {} parts", parts.size()) : "");
}

class PlanWriter {
 public:
  PlanWriter(const Plan& plan, const JobStates& states, const PlanTextOptions& options)
      : plan_(plan), states_(states), options_(options) {
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) index_.emplace(plan.jobs[i].id, i);
  }

  std::string text() const {
    auto out = head() + "\n" + studies();
    for (const auto& part : {shared(), groups(), jobs()}) {
      if (!part.empty()) out += "\n" + part;
    }
    return out;
  }

 private:
  std::string head() const {
    std::map<std::string, std::size_t> counts;
    double left_s = 0;
    bool unknown = false;
    for (std::size_t i = 0; i < plan_.jobs.size(); ++i) {
      ++counts[states_[i]];
      if (states_[i] != "to do") continue;
      left_s += plan_.jobs[i].estimated_s;
      unknown = unknown || plan_.jobs[i].estimated_s <= 0;
    }
    std::vector<std::string> parts;
    for (const auto* state : {"done", "failed", "diverged", "blocked", "to do"}) {
      if (counts[state] > 0) parts.push_back(fmt::format("{} {}", counts[state], state));
    }
    const auto title = plan_.title.empty() ? "" : ": " + plan_.title;
    auto out = fmt::format("suite {}{}\ndevice {}; boards read checkpoint {}\n{}", plan_.suite,
                           title, plan_.device, plan_.select, counted(plan_.jobs.size(), "job"));
    if (!parts.empty()) out += ": " + join(parts, ", ");
    if (left_s > 0)
      out += fmt::format("; {} {} of work on one core", unknown ? "at least" : "about",
                         duration_text(left_s));
    return out + "\n";
  }

  std::string studies() const {
    Rows rows = {{"study", "kind", "pairs", "methods", "seeds", "values", "jobs", "to do"}};
    for (const auto& study : plan_.studies) rows.push_back(study_row(study));
    return "studies\n" + limited(rows, options_, {2, 3, 4, 5, 6, 7});
  }

  std::vector<std::string> study_row(const std::string& study) const {
    std::set<std::pair<std::string, std::string>> pairs;
    std::set<std::string> methods;
    std::set<std::size_t> jobs;
    std::set<std::int64_t> seeds;
    std::set<double> values;
    std::string kind;
    for (const auto& p : plan_.placements) {
      if (p.study != study) continue;
      kind = p.kind;
      seeds.insert(p.seed);
      if (const auto job = index_.find(p.job); job != index_.end()) jobs.insert(job->second);
      if (const auto job = index_.find(p.teacher_job); job != index_.end())
        jobs.insert(job->second);
      if (p.role == "teacher") continue;
      pairs.insert({p.teacher, p.student});
      methods.insert(p.method);
      if (!p.axis.empty()) values.insert(p.value);
    }
    // A student alone stands beside the pairs, not among them.
    std::erase_if(pairs, [&](const auto& pair) { return pair.first.empty() && pairs.size() > 1; });
    const auto to_do = std::count_if(jobs.begin(), jobs.end(),
                                     [&](std::size_t job) { return states_[job] == "to do"; });
    const auto text = [](std::size_t n) { return std::to_string(n); };
    return {study,
            kind,
            text(pairs.size()),
            text(methods.size()),
            text(seeds.size()),
            values.empty() ? "-" : text(values.size()),
            text(jobs.size()),
            std::to_string(to_do)};
  }

  std::string shared() const {
    std::vector<std::size_t> users(plan_.jobs.size());
    for (const auto& job : plan_.jobs) {
      for (const auto& need : job.needs) {
        if (const auto found = index_.find(need); found != index_.end()) ++users[found->second];
      }
    }
    Rows rows = {{"job", "used by", "state", "estimate"}};
    for (std::size_t i = 0; i < plan_.jobs.size(); ++i) {
      if (users[i] == 0) continue;
      rows.push_back({plan_.jobs[i].label, counted(users[i], "job"), states_[i],
                      estimate_text(plan_.jobs[i].estimated_s)});
    }
    return rows.size() > 1 ? "trained once and shared\n" + limited(rows, options_, {1, 3}) : "";
  }

  std::string groups() const {
    struct Group {
      double seconds = 0;
      std::vector<const Job*> jobs = {};
    };
    std::vector<Group> found;
    std::unordered_map<std::string, std::size_t> at;
    for (const auto& job : plan_.jobs) {
      if (job.group.empty()) continue;
      const auto [it, is_new] = at.emplace(job.group, found.size());
      if (is_new) found.emplace_back();
      auto& group = found[it->second];
      group.jobs.push_back(&job);
      group.seconds += job.estimated_s;
    }
    Rows rows = {{"group of", "jobs", "estimate", "peak memory"}};
    for (const auto& g : found) {
      if (g.jobs.size() < 2) continue;
      const auto parts = parts_of(g.jobs, std::max<std::size_t>(1, options_.threads), options_.memory_bytes);
      rows.push_back({g.jobs.front()->label + ", ...", std::to_string(g.jobs.size()), estimate_text(g.seconds), memory_text(parts)});
    }
    return rows.size() > 1 ? "trained side by side on one pass of their teacher\n" +
                                 limited(rows, options_, {1, 2, 3})
                           : "";
  }

  std::string jobs() const {
    if (!options_.all_jobs && plan_.jobs.size() > options_.max_listed_jobs) {
      return fmt::format("{} jobs; --jobs lists every one\n", plan_.jobs.size());
    }
    Rows rows = {{"state", "estimate", "memory", "job", "needs"}};
    for (std::size_t i = 0; i < plan_.jobs.size(); ++i) rows.push_back(job_row(i));
    return rows.size() > 1 ? "jobs\n" + aligned(rows, "  ", {1, 2}) : "";
  }

  std::vector<std::string> job_row(std::size_t i) const {
    const auto& job = plan_.jobs[i];
    std::vector<std::string> needs;
    for (const auto& need : job.needs) {
      const auto found = index_.find(need);
      needs.push_back(found == index_.end() ? need : plan_.jobs[found->second].label);
    }
    return {states_[i], estimate_text(job.estimated_s),
            job.estimated_bytes > 0 ? bytes_text(job.estimated_bytes) : "?", job.label,
            join(needs, ", ")};
  }

  const Plan& plan_;
  const JobStates& states_;
  const PlanTextOptions& options_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace

std::string plan_text(const Plan& plan, const JobStates& states, const PlanTextOptions& options) {
  return PlanWriter(plan, states, options).text();
}

Json plan_json(const Plan& plan, const JobStates& states) {
  auto out = to_json(plan);
  for (std::size_t i = 0; i < states.size(); ++i) out["jobs"][i]["state"] = states[i];
  return out;
}

}  // namespace kdbench
