// kdbench run: trains what a suite needs and the store lacks, then prints the boards.
#include <kdbench/cli/boards.h>
#include <kdbench/cli/stored_plan.h>
#include <kdbench/cli/suite_options.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/run/schedule/scheduler.h>

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <set>

namespace kdbench::inline cli {
namespace {

constexpr std::size_t kMaxProblemsShown = 20;

struct RunArguments {
  SuiteOptions suite;
  std::string format = "text";
  bool rerun_failed = false, rerun_changed = false, no_fuse = false, no_boards = false;
  double timeout_s = 0, stall_s = 600;
  ResourceOptions resources;
  std::string allocator = "caching";
};

RunOptions run_options(const RunArguments& arguments, const WorkerSetup& setup, const PlannedSuite& planned) {
  const auto& plan = planned.plan;
  RunOptions options;
  options.setup = setup;
  options.slots = slots_of(arguments.resources, plan);
  options.fuse = !arguments.no_fuse;
  options.rerun_failed = arguments.rerun_failed;
  options.rerun_changed = arguments.rerun_changed;
  options.loaded = planned.loaded;
  options.unit = memory_of(arguments.resources, plan);
  options.unit.timeout_s = arguments.timeout_s;
  options.unit.stall_s = arguments.stall_s;
  options.unit.caching_allocator = arguments.allocator == "caching";
  return options;
}

ProgressPrinter::Options printer_options(const Context& context) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::strcmp(term, "dumb") == 0;
  ProgressPrinter::Options options;
  options.terminal = &context.terminal == &std::cerr && ::isatty(STDERR_FILENO) == 1 && !dumb;
  options.columns = [] {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? std::size_t{size.ws_col} : std::size_t{80};
  };
  return options;
}

void tell_problems(std::ostream& err, const RunSummary& summary) {
  for (std::size_t i = 0; i < std::min(summary.problems.size(), kMaxProblemsShown); ++i) {
    const auto& p = summary.problems[i];
    err << fmt::format("{}{}: {}{}\n", p.status, p.earlier ? " in an earlier run" : "", p.label,
                       p.reason.empty() ? "" : ": " + p.reason);
  }
  if (summary.problems.size() > kMaxProblemsShown)
    err << fmt::format("... and {} more\n", summary.problems.size() - kMaxProblemsShown);
  const bool any_earlier = std::any_of(summary.problems.begin(), summary.problems.end(), [](const auto& p) { return p.earlier; });
  if (any_earlier) err << "add --rerun-failed to try again what failed in an earlier run\n";
}

void tell_summary(const Context& context, const RunSummary& summary) {
  if (summary.signal != 0) {
    context.err << fmt::format("stopped by SIG{}: {} of {} jobs are done, {} left; the same command goes on from there\n",
                               ::sigabbrev_np(summary.signal), summary.done_before + summary.done, summary.total, summary.left);
  } else if (summary.done_before == summary.total) {
    context.err << fmt::format("nothing to do: {} are done\n", counted(summary.total, "job"));
  } else {
    context.err << fmt::format("{} done, {} of them before; {} not done\n", counted(summary.done_before + summary.done, "job"),
                               summary.done_before, summary.problems.size());
  }
  tell_problems(context.err, summary);
  context.err << std::flush;
}

/// What two runs in a row came to, of which the later found everything of the earlier in its plan.
RunSummary joined(const RunSummary& earlier, RunSummary later) {
  later.done_before -= earlier.done;
  later.done += earlier.done;
  for (auto& problem : later.problems) {
    const auto is_it = [&](const Problem& p) { return p.label == problem.label && !p.earlier; };
    if (std::any_of(earlier.problems.begin(), earlier.problems.end(), is_it)) problem.earlier = false;
  }
  return later;
}

bool has_new_jobs(const Plan& plan, const Plan& before) {
  std::set<std::string> known;
  for (const auto& job : before.jobs) known.insert(job.id);
  return std::any_of(plan.jobs.begin(), plan.jobs.end(), [&](const Job& job) { return !known.contains(job.id); });
}

/// Runs a plan and, while what came out names more jobs, the plan that they are in. `planned` is then the last one.
RunSummary run_all(const Context& context, WorkerSetup& setup, const Store& store, const RunArguments& arguments,
                   PlannedSuite& planned) {
  auto options = run_options(arguments, setup, planned);
  std::optional<RunSummary> so_far;
  for (;;) {
    planned.plan.source = source_of(arguments.suite);
    store.put_plan(planned.plan);
    RunSummary summary;
    {
      ProgressPrinter printer(context.terminal, printer_options(context));
      summary = run_plan(planned.plan, store, options, printer);
    }
    so_far = so_far ? joined(*so_far, std::move(summary)) : std::move(summary);
    if (so_far->signal != 0 || !has_more_to_come(planned.plan)) return *so_far;
    auto next = planned_or_exit(context, setup, arguments.suite);
    if (!has_new_jobs(next.plan, planned.plan)) return *so_far;
    planned = std::move(next);
    options.rerun_failed = false;  // what failed a moment ago is not tried again
  }
}

int run(const Context& context, const RunArguments& arguments) {
  auto setup = worker_setup(context);
  auto planned = planned_or_exit(context, setup, arguments.suite);
  const Store store(context.store);
  const auto summary = run_all(context, setup, store, arguments, planned);
  tell_summary(context, summary);
  if (summary.signal == 0 && !arguments.no_boards)
    print_boards(context, store, planned.plan, arguments.format, {.loaded = planned.loaded.used()});
  return summary.exit_code();
}

void add_run(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "run", "Train what a suite needs and the store lacks, then print its boards",
                        "kdbench run suites/quickstart.toml -j 2 --set train.epochs=2\n"
                        "Stopping it (Ctrl-C) saves every job's state; the same command goes on from there.");
  auto arguments = std::make_shared<RunArguments>();
  add_suite_options(verb, arguments->suite, true);
  add_board_format(verb, arguments->format);
  add_resource_options(verb, arguments->resources, "-j,--jobs");
  verb.add_flag("--rerun-failed", arguments->rerun_failed, "Also run jobs that failed or diverged in an earlier run");
  verb.add_flag(
      "--rerun-changed", arguments->rerun_changed,
      "Also train again what another build of an installed plugin has done, and what came from it; of a library named by "
      "--plugin this is done anyway");
  verb.add_flag("--no-fuse", arguments->no_fuse, "Give every job a worker of its own");
  verb.add_option("--timeout", arguments->timeout_s, "Stop a job after so many seconds")
      ->check(positive_number())
      ->type_name("SECONDS");
  verb.add_option("--stall", arguments->stall_s, "Stop a worker that uses no processor time for so many seconds; 0: never")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->type_name("SECONDS");
  verb.add_option("--allocator", arguments->allocator,
                  "caching keeps freed memory for the next step (faster); libtorch gives it back")
      ->check(CLI::IsMember({"caching", "libtorch"}))
      ->capture_default_str();
  verb.add_flag("--no-boards", arguments->no_boards, "Do not print the boards at the end");
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return run(context, *arguments); }; });
}

}  // namespace

Verb verb_run() { return {.place = 50, .add = add_run}; }

}  // namespace kdbench::inline cli
