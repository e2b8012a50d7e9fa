#include <kdbench/cli/text/plan_text.h>

#include <kdbench/base/text.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/run/schedule/group_memory.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

namespace kdbench::inline cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

bool is_work(const std::string& state) { return state == kToDoState || state == kAgainState; }

std::string estimate_text(double seconds) { return seconds > 0 ? duration_text(seconds) : "?"; }

/// Cuts a table with a head, and says how much is missing.
std::string limited(Rows rows, const PlanTextOptions& options, const std::vector<std::size_t>& right) {
  std::string more;
  if (!options.all_jobs && rows.size() > options.max_rows + 1) {
    more = fmt::format("  ... and {} more (--jobs lists all)\n", rows.size() - 1 - options.max_rows);
    rows.resize(options.max_rows + 1);
  }
  return aligned(rows, "  ", right) + more;
}

/// Jobs that may share a worker, and how those that are to do (or all, where none is) are cut.
struct Group {
  std::vector<const Job*> jobs, to_do;
  std::vector<GroupPart> parts;
  const std::vector<const Job*>& cut() const { return to_do.empty() ? jobs : to_do; }
};

/// Groups of several jobs, in plan order.
std::vector<Group> groups_of(const Plan& plan, const JobStates& states, const PlanTextOptions& options) {
  std::vector<Group> out;
  std::unordered_map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
    const auto& job = plan.jobs[i];
    if (job.group.empty()) continue;
    const auto [it, is_new] = at.emplace(job.group, out.size());
    if (is_new) out.emplace_back();
    out[it->second].jobs.push_back(&job);
    if (is_work(states[i])) out[it->second].to_do.push_back(&job);
  }
  std::erase_if(out, [](const Group& group) { return group.jobs.size() < 2; });
  for (auto& group : out) group.parts = parts_of(group.cut(), options.threads, options.memory_bytes);
  return out;
}

double seconds_of(const Group& group) {
  double seconds = 0;
  for (const auto& part : group.parts) seconds += part.seconds;
  return seconds;
}

/// The largest part's, and how many there are; and the threads, where memory leaves fewer than there could be.
std::string memory_text(const Group& group, const PlanTextOptions& options) {
  double peak = 0;
  for (const auto& part : group.parts) {
    if (part.bytes <= 0) return "?";
    peak = std::max(peak, part.bytes);
  }
  auto text = bytes_text(peak);
  if (group.parts.size() > 1) text += fmt::format(" in {} parts", group.parts.size());
  const auto threads = group.parts.front().threads;
  if (threads < std::min(options.threads, group.cut().size())) text += fmt::format(" on {}", counted(threads, "thread"));
  return text;
}

class PlanWriter {
 public:
  PlanWriter(const Plan& plan, const JobStates& states, const PlanTextOptions& options)
      : plan_(plan), states_(states), options_(options), groups_(groups_of(plan, states, options)) {
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
      index_.emplace(plan.jobs[i].id, i);
      ++labels_[plan.jobs[i].label.text()];
    }
  }

  std::string text() const {
    auto out = head() + "\n" + studies();
    for (const auto& part : {combinations(), shared(), groups(), jobs()}) {
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
      if (!is_work(states_[i])) continue;
      left_s += plan_.jobs[i].estimated_s;
      unknown = unknown || plan_.jobs[i].estimated_s <= 0;
    }
    for (const auto& group : groups_) left_s -= saved_s(group);
    std::vector<std::string> parts;
    for (const auto* state : {"done", kOutdatedState, "failed", "diverged", "blocked", kAgainState, kToDoState}) {
      if (counts[state] > 0) parts.push_back(fmt::format("{} {}", counts[state], state));
    }
    const auto title = plan_.title.empty() ? "" : ": " + plan_.title;
    auto out = fmt::format("suite {}{}\ndevice {}; boards read checkpoint {}\n{}", plan_.suite, title, plan_.device, plan_.select,
                           counted(plan_.jobs.size(), "job"));
    if (!parts.empty()) out += ": " + join(parts, ", ");
    if (left_s > 0) out += fmt::format("; {} {} of work on one core", unknown ? "at least" : "about", duration_text(left_s));
    out += "\n" + to_come();
    if (unknown) {
      out +=
          "?: of a data set that does not say how many rows it has; its parameters may, such as train_rows and test_rows "
          "(kdbench describe dataset NAME)\n";
    }
    for (const auto& note : options_.notes) out += note + "\n";
    return out;
  }

  /// Of tune studies: how many jobs results are still to name. Their number follows from the budget.
  std::string to_come() const {
    std::string out;
    for (const auto& study : plan_.studies) {
      const auto options = plan_.study_options.find(study);
      if (options == plan_.study_options.end() || !options->second.tuning) continue;
      const auto& tuning = *options->second.tuning;
      if (!has_more_to_come(tuning)) continue;
      out += fmt::format("study {}: still to be chosen by results: {}, then {} of defaults and choices\n", study,
                         counted(static_cast<std::size_t>(tuning.trials_to_come), "trial"),
                         counted(static_cast<std::size_t>(tuning.students_to_come), "training"));
    }
    return out;
  }

  /// What the jobs of a group that are to do would take longer, if each had the teacher's passes for itself.
  static double saved_s(const Group& group) {
    double apart = 0;
    for (const auto* job : group.to_do) apart += job->estimated_s;
    return apart > 0 && seconds_of(group) > 0 ? std::max(0.0, apart - seconds_of(group)) : 0;
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
    std::optional<StudyKind> kind;
    for (const auto& p : plan_.placements) {
      if (p.study != study) continue;
      kind = p.kind;
      seeds.insert(p.seed);
      if (const auto job = index_.find(p.job); job != index_.end()) jobs.insert(job->second);
      if (const auto job = index_.find(p.teacher_job); job != index_.end()) jobs.insert(job->second);
      if (p.role == Role::kTeacher) continue;
      pairs.insert({p.teacher, p.student});
      methods.insert(p.trial ? p.trial->loss : p.method);
      if (!p.axis.empty()) values.insert(p.value);
    }
    // A student alone stands beside the pairs, not among them.
    std::erase_if(pairs, [&](const auto& pair) { return pair.first.empty() && pairs.size() > 1; });
    const auto to_do = std::count_if(jobs.begin(), jobs.end(), [&](std::size_t job) { return is_work(states_[job]); });
    const auto text = [](std::size_t n) { return std::to_string(n); };
    return {study,
            kind ? to_document(*kind).get<std::string>() : "",
            text(pairs.size()),
            text(methods.size()),
            text(seeds.size()),
            values.empty() ? "-" : text(values.size()),
            text(jobs.size()),
            std::to_string(to_do)};
  }

  /// What methods of several losses minimise; others say no more than their study's board does.
  std::string combinations() const {
    Rows rows = {{"method", "minimises"}};
    for (const auto& p : plan_.placements) {
      const auto job = index_.find(p.job);
      if (p.role != Role::kMethod || job == index_.end()) continue;
      const auto& loss = plan_.jobs[job->second].spec.loss;
      if (!loss || loss->parts.size() < 2) continue;
      if (Rows::value_type row{p.method, p.convention}; std::find(rows.begin(), rows.end(), row) == rows.end()) {
        rows.push_back(std::move(row));
      }
    }
    return rows.size() > 1 ? "combinations of losses\n" + limited(rows, options_, {}) : "";
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
      rows.push_back({name_of(plan_.jobs[i]), counted(users[i], "job"), states_[i], estimate_text(plan_.jobs[i].estimated_s)});
    }
    return rows.size() > 1 ? "trained once and shared\n" + limited(rows, options_, {1, 3}) : "";
  }

  std::string groups() const {
    Rows rows = {{"group of", "jobs", "estimate", "peak memory"}};
    for (const auto& group : groups_) {
      rows.push_back({group.jobs.front()->label.text() + ", ...", std::to_string(group.jobs.size()),
                      estimate_text(seconds_of(group)), memory_text(group, options_)});
    }
    return rows.size() > 1 ? "trained side by side on one pass of their teacher\n" + limited(rows, options_, {1, 2, 3}) : "";
  }

  /// A job's label, with the beginning of its id where another has the same label.
  std::string name_of(const Job& job) const {
    const auto label = job.label.text();
    return labels_.at(label) == 1 ? label : fmt::format("{} ({:.8})", label, job.id);
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
      needs.push_back(found == index_.end() ? need : name_of(plan_.jobs[found->second]));
    }
    return {states_[i], estimate_text(job.estimated_s), job.estimated_bytes > 0 ? bytes_text(job.estimated_bytes) : "?",
            name_of(job), join(needs, ", ")};
  }

  const Plan& plan_;
  const JobStates& states_;
  const PlanTextOptions& options_;
  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::string, std::size_t> labels_;  ///< how many jobs have it
};

/// A job of plan_json().
struct StatedJob {
  Job job;
  std::string state;

  static constexpr auto fields() {
    return std::tuple(inlined(&StatedJob::job), field("state", &StatedJob::state, "how it stands"));
  }
};

/// A part of a group of plan_json().
struct PlannedPart {
  std::size_t jobs = 0, threads = 0;
  double bytes = 0, seconds = 0;

  static constexpr auto fields() {
    using P = PlannedPart;
    return std::tuple(field("jobs", &P::jobs, "how many"), field("threads", &P::threads, "that train them"),
                      field("bytes", &P::bytes, "peak; 0: unknown"), field("seconds", &P::seconds, "of one core; 0: unknown"));
  }
};

/// A group of plan_json().
struct PlannedGroup {
  std::string group;
  std::vector<PlannedPart> parts;

  static constexpr auto fields() {
    using G = PlannedGroup;
    return std::tuple(field("group", &G::group, "its name"), field("parts", &G::parts, "in the order in which they are trained"));
  }
};

}  // namespace

std::string plan_text(const Plan& plan, const JobStates& states, const PlanTextOptions& options) {
  return PlanWriter(plan, states, options).text();
}

Json plan_json(const Plan& plan, const JobStates& states, const PlanTextOptions& options) {
  std::vector<StatedJob> jobs;
  for (std::size_t i = 0; i < states.size(); ++i) jobs.push_back({plan.jobs[i], states[i]});
  std::vector<PlannedGroup> groups;
  for (const auto& group : groups_of(plan, states, options)) {
    groups.push_back({group.jobs.front()->group, {}});
    for (const auto& part : group.parts) groups.back().parts.push_back({part.jobs, part.threads, part.bytes, part.seconds});
  }
  auto out = to_document(plan);
  out["jobs"] = to_document(jobs);
  out["groups"] = to_document(groups);
  out["notes"] = to_document(options.notes);
  return out;
}

}  // namespace kdbench::inline cli
