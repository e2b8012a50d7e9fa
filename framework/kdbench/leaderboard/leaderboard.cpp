/// Makes the boards of a plan, study by study, the teachers last.
#include <kdbench/leaderboard/leaderboard.h>

#include <kdbench/leaderboard/boards/boards.h>
#include <kdbench/leaderboard/model/make_points.h>

#include <fmt/core.h>

#include <map>
#include <set>

namespace kdbench::inline leaderboard {
namespace {

using boards::JobState;

/// Says how much of the plan the boards rest on.
std::string progress_note(const boards::PlanResults& results) {
  std::set<std::string> jobs;
  for (const auto& placement : results.plan().placements) jobs.insert(placement.job);
  std::map<JobState, std::size_t> states;
  for (const auto& job : jobs) ++states[results.outcome(job).state];
  std::string out = fmt::format("{} of {} jobs done", states[JobState::kDone], jobs.size());
  for (const auto& [state, count] : states) {
    if (state != JobState::kDone) out += fmt::format(", {} {}", count, to_string(state));
  }
  return out + ".";
}

template <class T>
void append(std::vector<T>& to, std::vector<T> more) {
  for (auto& item : more) to.push_back(std::move(item));
}

}  // namespace

Leaderboard make_leaderboard(const Plan& plan, const RecordOf& record_of, const BoardOptions& options) {
  boards::PlanResults results(plan, record_of, options);
  Leaderboard board;
  board.title = results.title();
  board.paper = plan.paper;
  for (const auto& study : results.studies()) {
    append(board.tables, boards::study_tables(results, study));
    append(board.points, boards::make_points(results, study));
  }
  append(board.tables, boards::suite_tables(results));
  board.notes = {progress_note(results)};
  append(board.notes, results.origin_notes());
  for (const auto& conflict : results.conflicts()) {
    board.notes.push_back("Two different jobs claim one place (the first by id is shown): " + conflict);
  }
  return board;
}

}  // namespace kdbench::inline leaderboard
