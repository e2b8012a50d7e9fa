#include <kdbench/cli/boards.h>

namespace kdbench {

void add_board_format(CLI::App& verb, std::string& format) {
  verb.add_option("--format", format, "text, md, csv or json")
      ->check(CLI::IsMember({"text", "md", "csv", "json"}))
      ->capture_default_str();
}

void print_boards(const Context& context, const Store& store, const Json& plan,
                  const std::string& format) {
  const auto board = make_leaderboard(
      plan, [&](const std::string& job) { return record_or_warn(context, store, job); });
  context.out << render(board, value_or_refuse(context, format_from_string(format))) << std::flush;
}

}  // namespace kdbench
