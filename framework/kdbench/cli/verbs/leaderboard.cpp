// kdbench leaderboard: the boards of a suite that was run before, from the store alone.
#include <kdbench/cli/boards.h>
#include <kdbench/cli/stored_plan.h>
#include <kdbench/cli/text/columns.h>
#include <kdbench/cli/verbs/verb.h>

#include <fmt/core.h>

namespace kdbench::inline cli {
namespace {

struct LeaderboardArguments {
  SuiteOptions suite;
  std::string format = "text";
};

int list_suites(const Context& context, const Store& store) {
  std::vector<std::vector<std::string>> rows = {{"suite", "jobs", "title"}};
  for (const auto& name : store.plans()) {
    const auto plan = store.get_plan(name);
    if (!plan) {
      context.err << "warning: " << to_text(plan.error()) << std::endl;
      continue;
    }
    rows.push_back({name, std::to_string(plan->jobs.size()), plan->title});
  }
  context.out << (rows.size() > 1 ? aligned(rows, "", {1}) : fmt::format("no suite was run into {}\n", context.store));
  return kOk;
}

int leaderboard(const Context& context, const LeaderboardArguments& arguments) {
  const auto store = store_or_refuse(context);
  if (arguments.suite.file.empty()) return list_suites(context, store);
  print_boards(context, store, plan_of_suite(context, store, arguments.suite), arguments.format);
  return kOk;
}

void add_leaderboard(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "leaderboard", "Print the boards of a suite that was run before; without one, list them",
                        "kdbench leaderboard quickstart --format md");
  auto arguments = std::make_shared<LeaderboardArguments>();
  verb.add_option("SUITE", arguments->suite.file, "Name of a suite, or its file");
  add_overlay_options(verb, arguments->suite);
  add_board_format(verb, arguments->format);
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return leaderboard(context, *arguments); }; });
}

}  // namespace

Verb verb_leaderboard() { return {.place = 60, .add = add_leaderboard}; }

}  // namespace kdbench::inline cli
