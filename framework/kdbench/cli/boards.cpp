#include <kdbench/cli/boards.h>

#include <kdbench/cli/stored_plan.h>
#include <kdbench/results/predictions.h>

#include <fmt/core.h>

namespace kdbench::inline cli {
namespace {

/// Reads what the students of a plan answered; a damaged file is warned of and counts as none.
PredictionsOf predictions_of(const Context& context, const Store& store, const std::string& state) {
  return [&context, &store, state](const std::string& job) -> std::optional<std::vector<std::int32_t>> {
    auto found = test_predictions(store, job, state);
    if (found) return std::move(*found);
    context.err << "warning: " << to_text(found.error()) << std::flush;
    return std::nullopt;
  };
}

}  // namespace

void add_board_format(CLI::App& verb, std::string& format) {
  verb.add_option("--format", format, "text, md, csv or json")
      ->check(CLI::IsMember({"text", "md", "csv", "json"}))
      ->capture_default_str();
}

Leaderboard board_of(const Context& context, const Store& store, const Plan& plan, const BoardOptions& options) {
  return make_leaderboard(
      plan, [&](const std::string& job) { return record_or_warn(context, store, job); }, options);
}

void print_boards(const Context& context, const Store& store, const Plan& plan, const std::string& format, BoardOptions options) {
  if (!options.predictions) options.predictions = predictions_of(context, store, plan.select);
  const auto board = board_of(context, store, plan, options);
  context.out << render(board, value_or_refuse(context, format_from_string(format))) << std::flush;
}

}  // namespace kdbench::inline cli
