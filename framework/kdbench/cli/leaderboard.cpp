// kdbench leaderboard: the boards of a suite that was run before, from the store alone.
#include <kdbench/base/text.h>
#include <kdbench/cli/boards.h>
#include <kdbench/cli/columns.h>
#include <kdbench/cli/verb.h>
#include <kdbench/suite/suite.h>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace kdbench {
namespace {

struct LeaderboardArguments {
  std::string suite, format = "text";
};

/// The name of a suite: that of the file, if it is one.
std::string suite_name(const Context& context, const std::string& word) {
  if (!std::filesystem::is_regular_file(word)) return word;
  const auto parsed = read_suite(word);
  if (parsed.suite.name.empty()) refuse(context, parsed.diagnostics);
  return parsed.suite.name;
}

int list_suites(const Context& context, const Store& store) {
  std::vector<std::vector<std::string>> rows = {{"suite", "jobs", "title"}};
  for (const auto& name : store.plans()) {
    const auto plan = store.get_plan(name);
    if (!plan) {
      context.err << "warning: " << to_text(plan.error()) << std::endl;
      continue;
    }
    rows.push_back({name, std::to_string(plan->value("jobs", Json::array()).size()),
                    plan->value("title", "")});
  }
  context.out << (rows.size() > 1 ? aligned(rows, "", {1})
                                  : fmt::format("no suite was run into {}\n", context.store));
  return kOk;
}

int leaderboard(const Context& context, const LeaderboardArguments& arguments) {
  const auto store = existing_store(context);
  if (!store)
    refuse(context, fmt::format("no store at {}; kdbench run makes it, --store says where it is",
                                context.store));
  if (arguments.suite.empty()) return list_suites(context, *store);
  const auto name = suite_name(context, arguments.suite);
  const auto plans = store->plans();
  if (std::find(plans.begin(), plans.end(), name) == plans.end()) {
    refuse(context, fmt::format("no suite '{}' was run into {}{}", name, context.store,
                                suggestion(name, plans)));
  }
  print_boards(context, *store, value_or_refuse(context, store->get_plan(name)), arguments.format);
  return kOk;
}

}  // namespace

void add_leaderboard(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "leaderboard",
                        "Print the boards of a suite that was run before; without one, list them",
                        "kdbench leaderboard quickstart --format md");
  auto arguments = std::make_shared<LeaderboardArguments>();
  verb.add_option("SUITE", arguments->suite, "Name of a suite, or its file");
  add_board_format(verb, arguments->format);
  verb.callback([&context, arguments] {
    context.action = [&context, arguments] { return leaderboard(context, *arguments); };
  });
}

}  // namespace kdbench
