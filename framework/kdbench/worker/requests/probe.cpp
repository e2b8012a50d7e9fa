#include <kdbench/plan/make/make_plan.h>
#include <kdbench/results/store.h>
#include <kdbench/train/session/gradient_probe.h>
#include <kdbench/worker/channel.h>
#include <kdbench/worker/requests/load_catalog.h>
#include <kdbench/worker/requests/probe.h>
#include <kdbench/worker/requests/training.h>
#include <kdbench/worker/requests/trial_results.h>

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace kdbench::inline worker {
namespace {

Result<Plan> plan_of(const ProbeRequest& request, const Catalog& catalog) {
  ParseOptions options;
  options.profile = request.profile;
  for (const auto& o : request.overrides) options.overrides.push_back({o.key, o.value});
  return make_plan(read_suite(request.suite_file, options), catalog, request.device, trial_results(request.store));
}

/// A method of the plan, and the job of its student.
struct Subject {
  ProbedMethod told;
  Job job;
};

Subject subject_of(const Plan& plan, const Placement& p) {
  const auto job = std::find_if(plan.jobs.begin(), plan.jobs.end(), [&](const Job& j) { return j.id == p.job; });
  const auto at = p.axis.empty() ? std::string() : fmt::format(" at {}={}", p.axis, p.value);
  return {{.study = p.study,
           .dataset = p.dataset,
           .method = p.method + at,
           .convention = p.convention,
           .teacher = p.teacher,
           .student = p.student,
           .strategy = p.strategy,
           .seed = p.seed},
          *job};
}

/// Every method once, at the lowest of its seeds.
std::vector<Subject> subjects_of(const Plan& plan) {
  std::map<std::string, std::int64_t> lowest;
  const auto key = [](const Placement& p) {
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", p.study, p.dataset, p.method, p.teacher, p.student, p.strategy, p.value);
  };
  for (const auto& p : plan.placements) {
    if (p.role != Role::kMethod) continue;
    const auto it = lowest.emplace(key(p), p.seed).first;
    it->second = std::min(it->second, p.seed);
  }
  std::vector<Subject> out;
  for (const auto& p : plan.placements) {
    if (p.role == Role::kMethod && lowest.at(key(p)) == p.seed) out.push_back(subject_of(plan, p));
  }
  return out;
}

/// Why there is nothing to look at; empty if there is.
std::string why_not(const Job& job, const Store& store) {
  if (!job.spec.loss) return "labels alone: it has no terms";
  if (job.spec.lockstep) return "its networks learn together; none is a teacher that stays as it is";
  if (!job.spec.teacher) return "it reads no teacher";
  for (const auto& need : needs_of(job.spec)) {
    if (!store.is_done(need)) return "its teacher is not trained yet; kdbench run trains it";
  }
  return "";
}

/// Subjects that share data and teacher.
std::vector<std::vector<Subject*>> groups_of(std::vector<Subject>& subjects, const Store& store) {
  std::vector<std::vector<Subject*>> out;
  std::map<std::string, std::size_t> index;
  for (auto& subject : subjects) {
    subject.told.reason = why_not(subject.job, store);
    if (!subject.told.reason.empty()) continue;
    const auto& job = subject.job;
    const auto [it, is_new] = index.emplace(job.group.empty() ? job.id : job.group, out.size());
    if (is_new) out.emplace_back();
    out[it->second].push_back(&subject);
  }
  return out;
}

void look_at(const std::vector<Subject*>& group, const Store& store, const Factories& factories, const SessionOptions& session,
             const ProbeOptions& options) {
  std::vector<Job> jobs;
  for (const auto* subject : group) jobs.push_back(subject->job);
  try {
    const auto probed = probe_gradients(jobs, store, factories, session, options);
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i]->told.cosine = probed[i].cosine;
      group[i]->told.norm_ratio = probed[i].norm_ratio;
      group[i]->told.reason = probed[i].reason;
    }
  } catch (const std::exception& error) {
    for (auto* subject : group) subject->told.reason = error.what();
  }
}

}  // namespace

int answer_probe(const ProbeRequest& request) {
  const auto catalog = load_catalog(request.libraries);
  const auto plan = plan_of(request, catalog);
  if (!plan) {
    send_diagnostics(plan.error());
    return 0;
  }
  const Store store(request.store, Store::For::kReading);
  SessionOptions session;
  session.data_dir = plan->data_dir;
  session.device = plan->device;
  auto subjects = subjects_of(*plan);
  for (const auto& group : groups_of(subjects, store))
    look_at(group, store, factories_of(catalog), session, {request.temperatures, request.batches});
  ProbeAnswer answer;
  for (auto& subject : subjects) answer.methods.push_back(std::move(subject.told));
  send_event(answer);
  return 0;
}

}  // namespace kdbench::inline worker
