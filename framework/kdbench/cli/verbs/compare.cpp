// kdbench compare: results beside the numbers that a paper printed.
#include <kdbench/base/files.h>
#include <kdbench/base/text.h>
#include <kdbench/cli/boards.h>
#include <kdbench/cli/stored_plan.h>
#include <kdbench/cli/suite_options.h>
#include <kdbench/cli/tables/printed_csv.h>
#include <kdbench/cli/tables/printed_names_csv.h>
#include <kdbench/cli/verbs/verb.h>
#include <kdbench/leaderboard/printed/printed_comparison.h>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

namespace kdbench::inline cli {
namespace {

struct CompareArguments {
  SuiteOptions suite;
  std::string with = "paper", table, format = "text";
};

/// A board as `kdbench leaderboard --format json` prints it, as far as a comparison needs it.
struct BoardFile {
  std::string title, paper;
  std::vector<Point> points;
  Json notes, tables;

  static constexpr auto fields() {
    using B = BoardFile;
    return std::tuple(field("title", &B::title, "of the suite"),
                      field("paper", &B::paper, "the table that it repeats", Presence::kSinceLater),
                      field("points", &B::points, "the results"), field("notes", &B::notes, "not read", Presence::kIfAny),
                      field("tables", &B::tables, "not read", Presence::kIfAny));
  }
};

Leaderboard board_from(const Context& context, const std::string& file) {
  const auto json = value_or_refuse(context, read_json(file));
  Leaderboard board;
  try {
    auto read = from_document<BoardFile>(json);
    board.title = std::move(read.title);
    board.paper = std::move(read.paper);
    board.points = std::move(read.points);
  } catch (const DocumentError& error) {
    const bool has_points = json.is_object() && json.contains("points");
    const auto wrong = has_points ? std::string(error.what()) : fmt::format("a document without its points ({})", error.what());
    refuse(context, Diagnostics{{file,
                                 {},
                                 fmt::format("expected a board as kdbench leaderboard --format json writes it, {}{}",
                                             has_points ? "but " : "found ", wrong)}});
  }
  return board;
}

Leaderboard results_of(const Context& context, const CompareArguments& arguments) {
  const std::filesystem::path file(arguments.suite.file);
  if (file.extension() == ".json") return board_from(context, file.string());
  const auto store = store_or_refuse(context);
  return board_of(context, store, plan_of_suite(context, store, arguments.suite));
}

std::vector<PrintedNumber> numbers_of(const Context& context, const std::string& with) {
  if (with == "paper") {
    return value_or_refuse(context, parse_printed_numbers(std::string(kPaperNumbers), "suites/paper/numbers.csv"));
  }
  if (!std::filesystem::exists(with)) {
    refuse(context, fmt::format("--with {}: no such file; expected 'paper' or a CSV file of numbers", with));
  }
  return value_or_refuse(context, parse_printed_numbers(value_or_refuse(context, read_file(with)), with));
}

/// The table to compare with: that of --table, or the one that the suite names.
std::string table_of(const Context& context, const CompareArguments& arguments, const Leaderboard& results,
                     const std::vector<PrintedNumber>& numbers) {
  const auto tables = printed_tables(numbers);
  auto table = arguments.table.empty() ? results.paper : arguments.table;
  if (table.empty()) {
    refuse(
        context,
        fmt::format("the suite does not say which table it repeats; write paper = \"table6\" into its [suite], or give --table; "
                    "expected one of {}",
                    join(tables, ", ")));
  }
  if (std::find(tables.begin(), tables.end(), table) != tables.end()) return table;
  const auto* figures = arguments.with == "paper" && table.starts_with("fig") ? "; the paper's figures print no numbers" : "";
  refuse(context, fmt::format("no table '{}' in {}{}{}", table, arguments.with, suggestion(table, tables), figures));
}

int compare(const Context& context, const CompareArguments& arguments) {
  const auto numbers = numbers_of(context, arguments.with);
  const auto results = results_of(context, arguments);
  const auto table = table_of(context, arguments, results, numbers);
  const auto source = arguments.with == "paper" ? "the paper" : std::filesystem::path(arguments.with).filename().string();
  const auto names = value_or_refuse(context, parse_printed_names(std::string(kPaperNames), "suites/paper/names.csv"));
  const auto format = value_or_refuse(context, format_from_string(arguments.format));
  context.out << render(compare_with_printed(results, numbers, names, table, source), format) << std::flush;
  return kOk;
}

void add_compare(CLI::App& app, Context& context) {
  auto& verb = add_verb(app, "compare", "Set results beside the numbers that a paper printed",
                        "kdbench compare suites/paper/table6_sensitivity.toml --with paper");
  auto arguments = std::make_shared<CompareArguments>();
  verb.add_option("RESULTS", arguments->suite.file,
                  "A suite that was run (name or file), or a board written by leaderboard --format json")
      ->required();
  verb.add_option("--with", arguments->with, "paper, or a CSV file with the columns of suites/paper/numbers.csv")
      ->type_name("NUMBERS")
      ->capture_default_str();
  verb.add_option("--table", arguments->table, "The printed table; default: what the suite says in [suite] paper")
      ->type_name("TABLE");
  add_overlay_options(verb, arguments->suite);
  add_board_format(verb, arguments->format);
  verb.callback([&context, arguments] { context.action = [&context, arguments] { return compare(context, *arguments); }; });
}

}  // namespace

Verb verb_compare() { return {.place = 80, .add = add_compare}; }

}  // namespace kdbench::inline cli
