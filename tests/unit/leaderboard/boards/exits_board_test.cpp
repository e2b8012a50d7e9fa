/// The board of auxiliary exits: a row an exit, means over the seeds that are done.
#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::World;

void add_run(World& world, int seed, double early, double late) {
  auto& record = world.done({.method = "byot", .teacher = "", .seed = seed}, 0.9);
  auto& exits = record.checkpoints["last"].exits;
  exits["exit1"] = test::metrics_of(early, 0.1);
  exits["exit2"] = test::metrics_of(late, 0.05);
}

TEST(ExitsBoard, HasARowForEachExitOfEachNetwork) {
  World world;
  add_run(world, 0, 0.50, 0.80);
  add_run(world, 1, 0.60, 0.70);
  world.done({.method = "kl", .seed = 0}, 0.9);
  const auto board = test::table(world.board(), "Study main: auxiliary exits");
  ASSERT_EQ(board.rows.size(), 2u);
  EXPECT_EQ(board.rows[0].cells[0].text, "byot small (direct) on data");
  EXPECT_EQ(board.rows[0].cells[1].text, "exit1");
  EXPECT_EQ(board.rows[0].cells[2].text, "55.00 ± 7.07 (2)");
  EXPECT_EQ(board.rows[1].cells[1].text, "exit2");
  EXPECT_EQ(board.rows[1].cells[2].text, "75.00 ± 7.07 (2)");
  EXPECT_EQ(board.rows[1].cells[3].text, "5.00 ± 0.00 (2)");
}

TEST(ExitsBoard, IsNotThereWhereNoNetworkHasExits) {
  World world;
  world.done({.method = "kl", .seed = 0}, 0.9);
  for (const auto& table : world.board().tables) EXPECT_EQ(table.title.find("exits"), std::string::npos);
}

}  // namespace
}  // namespace kdbench
