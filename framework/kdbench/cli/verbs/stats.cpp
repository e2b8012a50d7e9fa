// kdbench stats: statistics of anyone's table.
#include <kdbench/base/files.h>
#include <kdbench/cli/tables/correlate.h>
#include <kdbench/cli/verbs/verb.h>

namespace kdbench::inline cli {
namespace {

struct CorrelateArguments {
  std::string file;
  CorrelateOptions options;
};

int correlate(const Context& context, const CorrelateArguments& arguments) {
  const auto text = value_or_refuse(context, read_file(arguments.file));
  context.out << value_or_refuse(context, correlate_csv(text, arguments.file, arguments.options));
  return kOk;
}

void add_correlate(CLI::App& stats, Context& context) {
  auto& verb = add_verb(stats, "correlate", "Spearman, Kendall, Pearson and slope of two columns, with intervals",
                        "kdbench stats correlate sweep.csv --x ece --y accuracy --group method");
  auto arguments = std::make_shared<CorrelateArguments>();
  auto& options = arguments->options;
  verb.add_option("FILE", arguments->file, "Table with a header line; fields apart by comma, semicolon or tab")->required();
  verb.add_option("--x", options.x, "Column; default: the first column of numbers")->type_name("COLUMN");
  verb.add_option("--y", options.y, "Column; default: the second column of numbers")->type_name("COLUMN");
  verb.add_option("--group,--by", options.groups, "Columns that tell groups apart, pair,loss for example")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("COLUMNS");
  verb.add_flag("--percent,!--coefficients", options.percent, "Correlations in per cent (as the default is), or as coefficients");
  verb.add_option("--bootstrap", options.bootstrap_samples, "Resamples of the bootstrap intervals")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
  verb.add_option("--random-seed", options.random_seed, "Seed of the bootstrap")->capture_default_str();
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return correlate(context, *arguments); }; });
}

void add_stats(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "stats", "Statistics of a table", "kdbench stats correlate sweep.csv");
  verb.require_subcommand(1);
  add_correlate(verb, context);
}

}  // namespace

Verb verb_stats() { return {.place = 110, .add = add_stats}; }

}  // namespace kdbench::inline cli
