/// The table of board kinds: which studies get which boards.
#include <kdbench/leaderboard/boards/boards.h>

#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::World;

std::vector<std::string> titles(const std::vector<Table>& tables) {
  std::vector<std::string> out;
  for (const auto& table : tables) out.push_back(table.title);
  return out;
}

TEST(BoardKinds, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const auto& kind : boards::board_kinds()) EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
}

TEST(BoardKinds, AStudyGetsTheBoardsOfItsKind) {
  World world;
  world.done({}, 0.7);
  world.done({.study = "sweep", .kind = StudyKind::kSensitivity, .axis = "tau", .value = 2}, 0.7, 0.1);
  boards::PlanResults results(world.plan, world.record_of(), {});
  EXPECT_EQ(titles(study_tables(results, "main")), std::vector<std::string>{"Study main on data: big -> small"});
  const std::string sweep = "Study sweep on data, big -> small: ";
  EXPECT_EQ(
      titles(study_tables(results, "sweep")),
      (std::vector<std::string>{sweep + "sensitivity to calibration", sweep + "best value and regret", sweep + "along tau"}));
  EXPECT_EQ(titles(suite_tables(results)),
            (std::vector<std::string>{"Teachers: accuracy and calibration", "Teachers: likelihood, confidence and temperature"}));
}

TEST(PlanResults, ListsStudiesThatOnlyPlacementsNameLast) {
  World world;
  world.place({.study = "b"});
  world.place({.study = "a"});
  world.plan.studies = {"b"};
  const boards::PlanResults results(world.plan, world.record_of(), {});
  EXPECT_EQ(results.studies(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(results.label_of("nobody"), nullptr);
  EXPECT_EQ(results.find_outcome("nobody"), nullptr);
}

TEST(PlanResults, AsksForEveryRecordOnce) {
  World world;
  world.done({}, 0.7);
  world.done({.method = "dist"}, 0.7);  // of the same teacher
  std::map<std::string, int> asked;
  const auto count = [&](const std::string& job) {
    ++asked[job];
    return std::optional<RunRecord>();
  };
  const boards::PlanResults results(world.plan, count, {});
  EXPECT_EQ(asked.size(), 3u);
  for (const auto& [job, times] : asked) EXPECT_EQ(times, 1) << job;
}

}  // namespace
}  // namespace kdbench
