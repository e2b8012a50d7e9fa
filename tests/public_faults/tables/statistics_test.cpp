// Statistics that are printed as if they meant something: means over what happens to exist, ties, intervals of one run, tests of
// four settings.
#include <kdbench/stats/comparison/friedman.h>
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/describe/bootstrap.h>
#include <kdbench/stats/describe/summary.h>

#include <gtest/gtest.h>

#include <unit/leaderboard/fixtures.h>

#include <cmath>
#include <vector>

namespace kdbench::public_faults {
namespace {

using test::cell;
using test::table;
using test::text;
using test::World;

/// Four methods on an easy and a hard pair: `at` failed on the hard one, `rkd` ran on seeds of its own.
World unequal_support() {
  World world;
  const auto run = [&](const std::string& method, const std::string& pair, int seed, double accuracy) {
    world.done({.method = method, .student = pair, .seed = seed}, accuracy / 100);
  };
  for (const int seed : {0, 1}) {
    run("kl", "easy", seed, 90 + seed);
    run("kl", "hard", seed, 60 + seed);
    run("dist", "easy", seed, 90.5 + seed);
    run("dist", "hard", seed, 60.5 + seed);
    run("at", "easy", seed, 89 + 0.5 * seed);
    world.ended({.method = "at", .student = "hard", .seed = seed}, Status::kFailed, "out of memory");
    run("rkd", "easy", 2 + seed, 95);
    run("rkd", "hard", 2 + seed, 62);
  }
  return world;
}

TEST(KB_33, AMethodThatFailedSomewhereHasNoAverageAndNoRank) {
  const auto board = unequal_support().board();
  const auto& accuracy = table(board, "accuracy");
  EXPECT_EQ(text(accuracy, "kl", "average"), "75.50");
  EXPECT_EQ(text(accuracy, "dist", "average"), "76.00");
  EXPECT_EQ(text(accuracy, "at", "average"), "incomplete (1/2 pairs)");  // not 89.25, not 44.6
  EXPECT_EQ(text(accuracy, "at", "average rank"), "incomplete");
  EXPECT_EQ(text(accuracy, "at", "big -> hard"), "failed: out of memory (0/2)");
  EXPECT_EQ(accuracy.rows[0].cells[0].text, "dist");
}

TEST(KB_33, AMethodOnOtherSeedsIsMarkedAndComparedWithNobody) {
  const auto board = unequal_support().board();
  EXPECT_EQ(text(table(board, "accuracy"), "rkd", "average rank"), "not seed-matched");
  const auto& difference = cell(table(board, "difference to kl"), "rkd", "big -> easy");
  EXPECT_EQ(difference.text, "not seed-matched");
  EXPECT_TRUE(difference.values[0].is_null());
}

TEST(KB_34, SpearmanWithTiesIsPearsonOfAverageRanks) {
  // The formula 1 - 6 sum d^2 / (n^3 - n) would give 0.85 and 0.95.
  EXPECT_NEAR(stats::spearman({0.71, 0.71, 0.65, 0.80}, {0.70, 0.69, 0.69, 0.82}).value, 0.833333, 1e-6);
  EXPECT_NEAR(stats::spearman({1, 2, 2, 4}, {1, 2, 3, 4}).value, 0.948683, 1e-6);
  EXPECT_NEAR(stats::spearman({2, 4, 1, 2}, {3, 4, 1, 2}).value, 0.948683, 1e-6);  // whatever the order of the rows
}

TEST(KB_34, TiesShareARankOnTheBoard) {
  World world;
  for (const int seed : {0, 1}) {
    world.done({.seed = seed}, 0.7);
    world.done({.method = "dist", .seed = seed}, 0.7);
  }
  const auto board = world.board();
  for (const char* method : {"kl", "dist"}) EXPECT_EQ(text(board.tables[0], method, "average rank"), "1.50");
}

TEST(KB_35, OneRunHasNoInterval) {
  EXPECT_FALSE(stats::t_interval({70.1}).defined());
  World world;
  world.done({}, 0.701);
  const auto board = world.board();
  EXPECT_EQ(text(board.tables[0], "kl", "accuracy"), "70.10 ± n/a (1)");
  EXPECT_TRUE(cell(board.tables[0], "kl", "accuracy").values[1].is_null());
}

TEST(KB_35, FewRunsHaveTheDeviationOfASampleAndStudentsInterval) {
  const auto three = stats::summarize({70.1, 70.9, 70.4});
  EXPECT_NEAR(three.mean, 70.4667, 5e-5);
  EXPECT_NEAR(three.sd, 0.404145, 5e-7);         // 0.32998 with divisor n
  EXPECT_NEAR(three.half_width, 1.00395, 5e-6);  // 0.4573 by the normal distribution
  EXPECT_NEAR(stats::t_half_width({70.1, 70.9}), 5.08248, 5e-6);
  EXPECT_EQ(stats::BootstrapOptions().text(), "percentile bootstrap, 2000 resamples, seed 1");
}

TEST(KB_72, OneMethodFirstInAllOfFourSettingsIsNoSignificantResult) {
  World world;
  for (const char* pair : {"easy", "hard"}) {
    for (const int seed : {0, 1}) {
      world.done({.student = pair, .seed = seed}, 0.7);
      world.done({.method = "dist", .student = pair, .seed = seed}, 0.6);
    }
  }
  const auto board = world.board();
  const auto& accuracy = table(board, "accuracy");
  EXPECT_EQ(text(accuracy, "kl", "average rank"), "1.00");
  std::string notes;
  for (const auto& note : accuracy.notes) notes += note + "\n";
  // The seeds of a pair are no settings: 2 of 2^2 orders. Over four settings chi-square with one degree of freedom would say
  // 0.046, and a difference of 0.98 would be enough.
  EXPECT_NE(notes.find("2 methods over 2 pairs of networks"), std::string::npos) << notes;
  EXPECT_NE(notes.find("chi2 = 2.00, exact p = 0.500; critical difference (exact, 0.05): none"), std::string::npos) << notes;
}

}  // namespace
}  // namespace kdbench::public_faults
