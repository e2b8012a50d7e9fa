// kdbench probe: without training, how the gradients of a suite's losses move with the temperature of the teacher.
#include <kdbench/cli/boards.h>
#include <kdbench/cli/stored_plan.h>
#include <kdbench/cli/tables/probe_beside_trained.h>
#include <kdbench/cli/tables/probe_tables.h>
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/leaderboard/render/render.h>

namespace kdbench::inline cli {
namespace {

struct ProbeArguments {
  SuiteOptions suite;
  std::string format = "text";
  std::vector<double> temperatures{0.25, 0.5, 2, 4, 8};
  std::int64_t batches = 4;
  bool trained = false;
};

int probe(const Context& context, const ProbeArguments& arguments) {
  const auto store = store_or_refuse(context);
  auto setup = worker_setup(context);
  require_named_plugins(context, setup);
  const ProbeRequest request{.suite_file = arguments.suite.file,
                             .profile = arguments.suite.profile,
                             .overrides = overrides_or_refuse(context, arguments.suite.set),
                             .device = arguments.suite.device,
                             .store = context.store,
                             .temperatures = arguments.temperatures,
                             .batches = arguments.batches};
  const auto answer = ask_or_exit(context, setup, request);
  auto board = probe_board(arguments.suite.file, answer, arguments.temperatures, arguments.batches);
  if (arguments.trained) {
    const auto results = board_of(context, store, plan_of_suite(context, store, arguments.suite));
    for (auto& table : probe_beside_trained(answer, results.points)) board.tables.push_back(std::move(table));
  }
  context.out << render(board, value_or_refuse(context, format_from_string(arguments.format))) << std::flush;
  return kOk;
}

void add_probe(CLI::App& app, Context& context) {
  auto& verb =
      add_verb(app, "probe", "Show, without training, how each loss's gradient turns and grows with the teacher's temperature",
               "kdbench probe suites/quickstart.toml --temperatures 0.5,2,4\n"
               "The teachers must be in the store: kdbench run trains them.");
  auto arguments = std::make_shared<ProbeArguments>();
  add_suite_options(verb, arguments->suite, true);
  verb.add_option("--temperatures", arguments->temperatures, "That divide the teacher's logits, 0.5,2,4 for example")
      ->delimiter(',')
      ->check(positive_number());
  verb.add_option("--batches", arguments->batches, "How many batches are summed")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_flag(
      "--trained", arguments->trained,
      "Also set beside it how far accuracy moved where the suite trained along teacher_temperature, and correlate the two");
  add_board_format(verb, arguments->format);
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return probe(context, *arguments); }; });
}

}  // namespace

Verb verb_probe() { return {.place = 85, .add = add_probe}; }

}  // namespace kdbench::inline cli
