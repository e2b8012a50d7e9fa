/// The board of calibrators: what a teacher was before and after, a row each, means over the seeds that are done.
#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::World;

/// A student of a teacher with ECE 10 % before its calibrator, and `ece` after it.
void add_student(World& world, const std::string& method, int seed, double ece, double temperature) {
  auto& record = world.done({.method = method, .seed = seed}, 0.9);
  world.plan.placements.back().calibrator = "sure";
  record.teacher = test::taught("", NAN, NAN, NAN);
  record.teacher->calibrated = {{{"temperature", temperature}}, {}, {test::metrics_of(0.8, 0.1), test::metrics_of(0.8, ece)}};
  record.teacher->calibrated->test.after.entropy = 0.5;
}

// After: 2 and 4 % over two seeds, 3.00 ± 1.41. Students by two methods tell the same of a teacher, which counts once.
TEST(CalibratedBoard, HasEachTeacherBeforeAndAfterItsCalibrator) {
  World world;
  for (const auto* method : {"kl", "dist"}) {
    add_student(world, method, 0, 0.02, 1.5);
    add_student(world, method, 1, 0.04, 2.5);
  }
  const auto board = test::table(world.board(), "Study main: teachers before and after their calibrator");
  ASSERT_EQ(board.rows.size(), 2u);
  const auto row = [&](std::size_t i) {
    std::vector<std::string> out;
    for (const auto& cell : board.rows[i].cells) out.push_back(cell.text);
    return out;
  };
  EXPECT_EQ(row(0), (std::vector<std::string>{"sure", "big on data", "before", "80.00 ± 0.00 (2)", "n/a", "n/a",
                                              "10.00 ± 0.00 (2)", "n/a", "n/a", ""}));
  EXPECT_EQ(row(1), (std::vector<std::string>{"sure", "big on data", "after", "80.00 ± 0.00 (2)", "n/a", "0.5000 ± 0.0000 (2)",
                                              "3.00 ± 1.41 (2)", "n/a", "n/a", "temperature 2.000"}));
}

TEST(CalibratedBoard, IsNotThereWhereNoTeacherHasACalibrator) {
  World world;
  world.done({.method = "kl", .seed = 0}, 0.9);
  for (const auto& table : world.board().tables) EXPECT_EQ(table.title.find("calibrator"), std::string::npos);
}

TEST(CalibratedBoard, SaysWhatIsMissing) {
  World world;
  add_student(world, "kl", 0, 0.02, 1.5);
  world.place({.method = "kl", .seed = 1});
  world.plan.placements.back().calibrator = "sure";
  const auto board = test::table(world.board(), "before and after their calibrator");
  EXPECT_EQ(board.rows.at(1).cells.at(6).text, "2.00 ± n/a (1/2; missing)");
}

}  // namespace
}  // namespace kdbench
