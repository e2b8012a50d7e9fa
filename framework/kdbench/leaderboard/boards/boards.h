/// The kinds of board that there are.
#pragma once
#include <kdbench/leaderboard/model/plan_results.h>
#include <kdbench/leaderboard/model/table.h>

#include <string>
#include <variant>
#include <vector>

namespace kdbench::inline leaderboard::boards {

struct EveryStudy {};
struct WholeSuite {};

/// One kind of board.
struct BoardKind {
  const char* name;
  std::variant<StudyKind, EveryStudy, WholeSuite> of;  ///< studies of one kind, every study, or the suite as a whole
  /// Returns its tables, none if there is nothing to show. `study` is empty for the suite as a whole.
  std::vector<Table> (*make)(PlanResults& results, const std::string& study);
};

/// All of them, in the order in which a study's boards stand.
const std::vector<BoardKind>& board_kinds();

/// Returns the tables of one study.
std::vector<Table> study_tables(PlanResults& results, const std::string& study);
/// Returns the tables of the suite as a whole.
std::vector<Table> suite_tables(PlanResults& results);

}  // namespace kdbench::inline leaderboard::boards
