/// Makes the boards of a plan, study by study, the teachers last.
#include <kdbench/leaderboard/leaderboard.h>

#include <kdbench/leaderboard/model/view.h>

#include <fmt/core.h>

namespace kdbench::inline leaderboard {
namespace {

std::vector<std::string> studies_in_order(const boards::View& view) {
  auto studies = view.studies;
  std::set<std::string> known(studies.begin(), studies.end()), others;
  for (const auto& place : view.all) {
    if (!known.contains(place.study)) others.insert(place.study);
  }
  studies.insert(studies.end(), others.begin(), others.end());
  return studies;
}

/// Says how much of the plan the boards rest on.
std::string progress_note(const boards::View& view) {
  std::set<std::string> jobs;
  for (const auto& place : view.all) jobs.insert(place.job);
  std::map<std::string, std::size_t> states;
  for (const auto& job : jobs) ++states[view.outcome(job).state];
  std::string out = fmt::format("{} of {} jobs done", states["done"], jobs.size());
  for (const auto& [state, count] : states) {
    if (state != "done" && count > 0) out += fmt::format(", {} {}", count, state);
  }
  return out + ".";
}

void append(std::vector<Table>& tables, std::vector<Table> more) {
  for (auto& table : more) tables.push_back(std::move(table));
}

}  // namespace

Leaderboard make_leaderboard(const Json& plan, const RecordOf& record_of, const BoardOptions& options) {
  boards::View view(plan, record_of, options);
  Leaderboard board;
  board.title = view.title;
  board.paper = view.paper;
  for (const auto& study : studies_in_order(view)) {
    append(board.tables, boards::compare_board(view, study));
    append(board.tables, boards::sensitivity_board(view, study));
    append(board.tables, boards::strategy_board(view, study));
    for (auto& point : boards::make_points(view, study)) board.points.push_back(std::move(point));
  }
  append(board.tables, boards::teacher_board(view));
  board.notes = {progress_note(view)};
  for (const auto& conflict : view.conflicts) {
    board.notes.push_back("Two different jobs claim one place (the first by id is shown): " + conflict);
  }
  return board;
}

}  // namespace kdbench::inline leaderboard
