// kdbench stats: statistics of anyone's table.
#include <kdbench/base/files.h>
#include <kdbench/cli/boards.h>
#include <kdbench/cli/tables/correlate.h>
#include <kdbench/cli/tables/coverage.h>
#include <kdbench/cli/tables/paired_tests.h>
#include <kdbench/cli/verbs/verb.h>

namespace kdbench::inline cli {
namespace {

struct CorrelateArguments {
  std::string file, format = "text";
  CorrelateOptions options;
};

struct PairedTestArguments {
  std::string file, format = "text";
  PairedTestOptions options;
};

int correlate(const Context& context, const CorrelateArguments& arguments) {
  const auto text = value_or_refuse(context, read_file(arguments.file));
  auto options = arguments.options;
  options.format = value_or_refuse(context, format_from_string(arguments.format));
  context.out << value_or_refuse(context, correlate_csv(text, arguments.file, options));
  return kOk;
}

int paired_tests(const Context& context, const PairedTestArguments& arguments) {
  const auto text = value_or_refuse(context, read_file(arguments.file));
  auto options = arguments.options;
  options.format = value_or_refuse(context, format_from_string(arguments.format));
  context.out << value_or_refuse(context, test_csv(text, arguments.file, options));
  return kOk;
}

void add_columns_option(CLI::App& verb, const std::string& names, std::vector<std::string>& columns, const std::string& purpose) {
  verb.add_option(names, columns, purpose)->delimiter(',')->allow_extra_args(false)->type_name("COLUMNS");
}

void add_correlate(CLI::App& stats, Context& context) {
  auto& verb = add_verb(stats, "correlate", "Spearman, Kendall, Pearson and slope of two columns, with intervals",
                        "kdbench stats correlate sweep.csv --x ece --y accuracy --group method");
  auto arguments = std::make_shared<CorrelateArguments>();
  auto& options = arguments->options;
  verb.add_option("FILE", arguments->file, "Table with a header line; fields apart by comma, semicolon or tab")->required();
  verb.add_option("--x", options.x, "Column; default: the first column of numbers")->type_name("COLUMN");
  verb.add_option("--y", options.y, "Column; default: the second column of numbers")->type_name("COLUMN");
  add_columns_option(verb, "--group,--by", options.groups, "Columns that tell groups apart, pair,loss for example");
  verb.add_flag("--percent,!--coefficients", options.percent, "Correlations in per cent (as the default is), or as coefficients");
  verb.add_option("--bootstrap", options.bootstrap_samples, "Resamples of the bootstrap intervals")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  verb.add_option("--random-seed", options.random_seed, "Seed of the bootstrap")->capture_default_str();
  add_board_format(verb, arguments->format);
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return correlate(context, *arguments); }; });
}

void add_paired_tests(CLI::App& stats, Context& context) {
  auto& verb = add_verb(stats, "test", "Paired t, Wilcoxon, Holm and Friedman of methods measured in the same settings",
                        "kdbench stats test runs.csv --setting pair,seed --baseline kl --block pair");
  auto arguments = std::make_shared<PairedTestArguments>();
  auto& options = arguments->options;
  verb.add_option("FILE", arguments->file, "Table with a header line, a column of scores a method and a row a setting")
      ->required();
  add_columns_option(verb, "--methods", options.methods,
                     "Columns of scores; default: every column of numbers but those of --setting");
  add_columns_option(verb, "--setting", options.settings, "Columns that say where a row was measured, pair,seed for example");
  add_columns_option(verb, "--block", options.blocks, "Rows that agree in these are averaged and count once in Friedman's test");
  verb.add_option("--baseline", options.baseline, "Method that the others are compared with; default: the first")
      ->type_name("METHOD");
  verb.add_flag("--lower-is-better", options.lower_is_better, "Rank 1 is the lowest score, as of an error");
  add_board_format(verb, arguments->format);
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return paired_tests(context, *arguments); }; });
}

struct CoverageArguments {
  std::string format = "text";
  CoverageOptions options;
};

int coverage(const Context& context, const CoverageArguments& arguments) {
  Leaderboard board;
  board.title = "Coverage of the sensitivity board's intervals";
  board.tables = {coverage_table(arguments.options)};
  context.out << render(board, value_or_refuse(context, format_from_string(arguments.format)));
  return kOk;
}

void add_coverage(CLI::App& stats, Context& context) {
  auto& verb = add_verb(stats, "coverage", "Simulate how often the sensitivity board's intervals hold the truth",
                        "kdbench stats coverage --replicates 2000");
  auto arguments = std::make_shared<CoverageArguments>();
  auto& options = arguments->options;
  verb.add_option("--replicates", options.replicates, "Simulated studies a curve and number of seeds")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb.add_option("--bootstrap", options.bootstrap_samples, "Resamples of the bootstrap intervals")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  verb.add_option("--seeds", options.seeds, "Numbers of seeds")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1, 1000))
      ->type_name("NUMBERS")
      ->capture_default_str();
  verb.add_option("--random-seed", options.random_seed, "Seed of the simulation")->capture_default_str();
  add_board_format(verb, arguments->format);
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return coverage(context, *arguments); }; });
}

void add_stats(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "stats", "Statistics of a table", "kdbench stats correlate sweep.csv");
  verb.require_subcommand(1);
  add_correlate(verb, context);
  add_paired_tests(verb, context);
  add_coverage(verb, context);
}

}  // namespace

Verb verb_stats() { return {.place = 110, .add = add_stats}; }

}  // namespace kdbench::inline cli
