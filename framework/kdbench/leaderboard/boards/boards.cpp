/// The table of board kinds: a new kind of study adds a line.
#include <kdbench/leaderboard/boards/boards.h>

#include <kdbench/leaderboard/boards/calibrated_board.h>
#include <kdbench/leaderboard/boards/exits_board.h>
#include <kdbench/leaderboard/boards/kd_board.h>
#include <kdbench/leaderboard/boards/miscalibration_board.h>
#include <kdbench/leaderboard/boards/sensitivity_board.h>
#include <kdbench/leaderboard/boards/strategy_board.h>
#include <kdbench/leaderboard/boards/teacher_board.h>
#include <kdbench/leaderboard/boards/tune_board.h>

#include <algorithm>

namespace kdbench::inline leaderboard::boards {
namespace {

bool is_of(const BoardKind& kind, const std::vector<const Placement*>& placements) {
  if (std::holds_alternative<EveryStudy>(kind.of)) return true;
  const auto* wanted = std::get_if<StudyKind>(&kind.of);
  return wanted != nullptr &&
         std::any_of(placements.begin(), placements.end(), [&](const auto* p) { return p->kind == *wanted; });
}

void append(std::vector<Table>& tables, std::vector<Table> more) {
  std::move(more.begin(), more.end(), std::back_inserter(tables));
}

}  // namespace

const std::vector<BoardKind>& board_kinds() {
  static const std::vector<BoardKind> kinds = {
      {"kd", StudyKind::kCompare, kd_board},        {"sensitivity", StudyKind::kSensitivity, sensitivity_board},
      {"tune", StudyKind::kTune, tune_board},       {"miscalibration", StudyKind::kMiscalibration, miscalibration_board},
      {"strategies", EveryStudy(), strategy_board}, {"calibrated", EveryStudy(), calibrated_board},
      {"exits", EveryStudy(), exits_board},         {"teachers", WholeSuite(), teacher_board},
  };
  return kinds;
}

std::vector<Table> study_tables(PlanResults& results, const std::string& study) {
  std::vector<Table> tables;
  const auto placements = results.placements(study);
  for (const auto& kind : board_kinds()) {
    if (is_of(kind, placements)) append(tables, kind.make(results, study));
  }
  return tables;
}

std::vector<Table> suite_tables(PlanResults& results) {
  std::vector<Table> tables;
  for (const auto& kind : board_kinds()) {
    if (std::holds_alternative<WholeSuite>(kind.of)) append(tables, kind.make(results, ""));
  }
  return tables;
}

}  // namespace kdbench::inline leaderboard::boards
