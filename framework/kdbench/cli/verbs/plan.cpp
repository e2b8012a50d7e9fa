// kdbench plan: every job a run would take on, and how each stands.
#include <kdbench/cli/suite_options.h>
#include <kdbench/cli/text/plan_text.h>
#include <kdbench/cli/verbs/verb.h>

#include <algorithm>
#include <set>

namespace kdbench::inline cli {
namespace {

struct PlanArguments {
  SuiteOptions suite;
  std::string format = "text";
  ResourceOptions resources;
  bool all_jobs = false;
};

std::vector<Standing> standings_of(const Context& context, const PlannedSuite& planned) {
  const auto store = existing_store(context);
  const auto record_of = [&](std::size_t job) {
    return store ? record_or_warn(context, *store, planned.plan.jobs[job].id) : std::nullopt;
  };
  return standings(planned.plan, record_of, planned.loaded, false);
}

/// How a job stands that has a record of a result.
std::string state_of(const Standing& standing) {
  if (standing.again) return kAgainState;
  return standing.status == Status::kDone && standing.outdated() ? kOutdatedState : to_string(*standing.status);
}

JobStates states_of(const Plan& plan, const std::vector<Standing>& standings) {
  JobStates states(plan.jobs.size(), kToDoState);
  std::set<std::string> stuck;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto& job = plan.jobs[i];
    const auto status = standings[i].status;
    const bool is_final = status && *status != Status::kSkipped && *status != Status::kInterrupted;
    const bool is_blocked =
        std::any_of(job.needs.begin(), job.needs.end(), [&](const auto& need) { return stuck.count(need) > 0; });
    if (is_final) states[i] = state_of(standings[i]);
    if (!is_final && is_blocked) states[i] = "blocked";
    if (states[i] == "failed" || states[i] == "diverged" || states[i] == "blocked") stuck.insert(job.id);
  }
  return states;
}

int show_plan(const Context& context, const PlanArguments& arguments) {
  auto setup = worker_setup(context);
  const auto planned = planned_or_exit(context, setup, arguments.suite);
  const auto& plan = planned.plan;
  const auto standings = standings_of(context, planned);
  const auto states = states_of(plan, standings);
  PlanTextOptions options;
  options.all_jobs = arguments.all_jobs;
  options.threads = static_cast<std::size_t>(slots_of(arguments.resources, plan));
  options.memory_bytes = memory_of(arguments.resources, plan).unit_bytes();
  options.notes = outdated_lines(standings);
  if (arguments.format == "json")
    context.out << plan_json(plan, states, options).dump(2) << "\n";
  else
    context.out << plan_text(plan, states, options);
  return kOk;
}

void add_plan(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "plan", "Show every job of a suite, what is shared and what is done; run nothing",
                        "kdbench plan suites/quickstart.toml --jobs");
  auto arguments = std::make_shared<PlanArguments>();
  add_suite_options(verb, arguments->suite, true);
  verb.add_option("--format", arguments->format, "text or json")->check(CLI::IsMember({"text", "json"}))->capture_default_str();
  add_resource_options(verb, arguments->resources, "-j");
  verb.add_flag("--jobs", arguments->all_jobs, "List every job, however many there are");
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return show_plan(context, *arguments); }; });
}

}  // namespace

Verb verb_plan() { return {.place = 40, .add = add_plan}; }

}  // namespace kdbench::inline cli
