/// The KD board: summaries, gains, differences, ranks, and what happens where runs are missing.
#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace kdbench {
namespace {

using test::cell;
using test::table;
using test::text;
using test::World;

/// The two settings of the file stand for two pairs.
World missing_cells() {
  World world;
  std::ifstream in(std::string(KDBENCH_TEST_DATA) + "/golden/boards/leaderboard_missing.csv");
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string method, dataset, seed, accuracy, status;
    for (auto* field : {&method, &dataset, &seed, &accuracy, &status}) std::getline(fields, *field, ',');
    const World::Where where{.method = method, .student = dataset, .seed = std::stoi(seed)};
    if (status == "done")
      world.done(where, std::stod(accuracy) / 100);
    else
      world.ended(where, Status::kFailed, "out of memory");
  }
  return world;
}

TEST(KdBoard, DoesNotRankAMethodThatFailedSomewhere) {
  const auto board = missing_cells().board();
  const auto& t = table(board, "accuracy");
  EXPECT_EQ(text(t, "kl", "average"), "75.50");  // (90.5 + 60.5) / 2
  EXPECT_EQ(text(t, "dist", "average"), "76.00");
  EXPECT_EQ(text(t, "at", "average"), "incomplete (1/2 pairs)");
  EXPECT_EQ(text(t, "at", "big -> hard"), "failed: out of memory (0/2)");
  EXPECT_EQ(text(t, "at", "big -> easy"), "89.25 ± 0.35 (2)");
  EXPECT_EQ(text(t, "at", "average rank"), "incomplete");
  EXPECT_EQ(text(t, "dist", "average rank"), "1.00");  // better on each of the 2 pairs
  EXPECT_EQ(text(t, "kl", "average rank"), "2.00");
  EXPECT_EQ(t.rows[0].cells[0].text, "dist");
  EXPECT_EQ(t.rows[1].cells[0].text, "kl");
}

TEST(KdBoard, FlagsAMethodOnOtherSeedsAndComputesNoDifference) {
  const auto board = missing_cells().board();
  EXPECT_EQ(text(table(board, "accuracy"), "rkd", "average rank"), "not seed-matched");
  const auto& t = table(board, "difference to kl");
  EXPECT_EQ(text(t, "rkd", "big -> easy"), "not seed-matched");
  EXPECT_TRUE(cell(t, "rkd", "big -> easy").values[0].is_null());
  EXPECT_EQ(text(t, "dist", "big -> easy"), "+0.50 [+0.50, +0.50]");  // 0.5 at both seeds: no spread
  EXPECT_EQ(text(t, "at", "big -> hard"), "n/a");
  EXPECT_EQ(text(t, "kl", "big -> easy"), "-");
}

TEST(KdBoard, SummarisesWithTheSampleDeviation) {
  World world;
  const double values[] = {0.701, 0.709, 0.704};
  for (int seed = 0; seed < 3; ++seed) world.done({.seed = seed}, values[seed]);
  const auto board = world.board();
  // mean 211.4 / 3 = 70.4667; squares 0.13444 + 0.18778 + 0.00444 = 0.32667, / 2, root: 0.404145
  const auto& c = cell(board.tables[0], "kl", "accuracy");
  EXPECT_EQ(c.text, "70.47 ± 0.40 (3)");
  EXPECT_NEAR(c.values[1].get<double>(), 0.404145, 5e-7);
  EXPECT_EQ(c.values[2], 3);
}

TEST(KdBoard, GivesADifferenceItsTInterval) {
  World world;
  // differences 0.1, 0.9, 0.4 points: mean 0.4667, sd 0.404145, half width 4.302653 * 0.404145 / sqrt(3) = 1.00395
  const double kl[] = {0.70, 0.70, 0.70}, dist[] = {0.701, 0.709, 0.704};
  for (int seed = 0; seed < 3; ++seed) {
    world.done({.seed = seed}, kl[seed]);
    world.done({.method = "dist", .seed = seed}, dist[seed]);
  }
  const auto board = world.board();
  EXPECT_EQ(text(board.tables[0], "dist", "vs kl"), "+0.47 [-0.54, +1.47]");
  EXPECT_NEAR(cell(board.tables[0], "dist", "vs kl").values[2].get<double>(), 0.466667 + 1.00395, 1e-5);
}

TEST(KdBoard, PrintsNaForOneRun) {
  World world;
  world.done({}, 0.7);
  world.done({.method = "dist"}, 0.71);
  world.done({.method = "alone", .role = Role::kAlone, .convention = "labels only"}, 0.65);
  const auto board = world.board();
  const auto& t = board.tables[0];
  EXPECT_EQ(text(t, "dist", "accuracy"), "71.00 ± n/a (1)");
  EXPECT_EQ(text(t, "dist", "vs kl"), "+1.00 [n/a]");
  EXPECT_EQ(text(t, "dist", "gain"), "+6.00 [n/a]");
  EXPECT_TRUE(cell(t, "dist", "vs kl").values[1].is_null());
  EXPECT_EQ(render(board, Format::kText).find("nan"), std::string::npos);
}

TEST(KdBoard, TellsTheWaysOfNotBeingThereApart) {
  World world;
  for (int seed = 0; seed < 2; ++seed) world.done({.seed = seed}, 0.7);
  world.done({.method = "half", .seed = 0}, 0.7);
  world.ended({.method = "half", .seed = 1}, Status::kDiverged, "the loss is nan at epoch 2, step 17");
  for (int seed = 0; seed < 2; ++seed) world.place({.method = "absent", .seed = seed});
  for (int seed = 0; seed < 2; ++seed) {
    world.place({.method = "busy", .seed = seed});
    world.running.insert(World::job_of({.method = "busy", .seed = seed}));
    world.ended({.method = "skipped", .seed = seed}, Status::kSkipped, "its teacher failed");
    world.ended({.method = "stopped", .seed = seed}, Status::kInterrupted, "");
    world.done({.method = "zero", .seed = seed}, 0.0);
  }
  const auto board = world.board();
  const auto& t = board.tables[0];
  EXPECT_EQ(text(t, "half", "accuracy"), "70.00 ± n/a (1/2; diverged: the loss is nan at epoch 2, step 17)");
  EXPECT_EQ(text(t, "half", "vs kl"), "+0.00 [n/a] (n=1)");
  EXPECT_EQ(text(t, "absent", "accuracy"), "missing (0/2)");
  EXPECT_EQ(text(t, "busy", "accuracy"), "running (0/2)");
  EXPECT_EQ(text(t, "skipped", "accuracy"), "skipped: its teacher failed (0/2)");
  EXPECT_EQ(text(t, "stopped", "accuracy"), "interrupted (0/2)");
  EXPECT_EQ(text(t, "zero", "accuracy"), "0.00 ± 0.00 (2)");
  EXPECT_EQ(board.notes[0], "5 of 14 jobs done, 1 diverged, 2 interrupted, 2 missing, 2 running, 2 skipped.");
}

TEST(KdBoard, ShortensALongReasonBetweenCharacters) {
  World world;
  world.ended({}, Status::kFailed, std::string(39, 'x') + "ééé\nsecond line");
  EXPECT_EQ(text(world.board().tables[0], "kl", "accuracy"), "failed: " + std::string(39, 'x') + "é… (0/1)");
}

TEST(KdBoard, LeavesAPairThatWasNotPlannedOut) {
  World world;
  world.done({}, 0.7);
  world.done({.method = "dist", .student = "tiny"}, 0.6);
  EXPECT_EQ(text(table(world.board(), "accuracy"), "dist", "big -> small"), "not planned");
  EXPECT_EQ(text(table(world.board(), "accuracy"), "dist", "average rank"), "incomplete");
}

TEST(KdBoard, SaysWhyThereAreNoDifferences) {
  World world;
  world.done({}, 0.7);
  world.plan.study_options["main"].baseline = "dist";
  EXPECT_EQ(world.board().tables[0].notes.back(), "No paired differences: this study has no method 'dist'.");
  world.plan.study_options["main"].baseline = "";
  EXPECT_EQ(world.board().tables[0].notes.back(), "No paired differences: this study names no baseline.");
}

TEST(KdBoard, ReadsTheCheckpointThatThePlanSelects) {
  World world;
  world.plan.select = "best_val";
  world.done({}, 0.7).checkpoints["best_val"] = test::checkpoint(0.75);
  world.done({.method = "dist"}, 0.7);
  const auto board = world.board();
  EXPECT_EQ(text(board.tables[0], "kl", "accuracy"), "75.00 ± n/a (1)");
  EXPECT_EQ(text(board.tables[0], "dist", "accuracy"), "failed: no test accuracy at 'best_val' (0/1)");
  EXPECT_NE(board.tables[0].notes[0].find("best validation accuracy"), std::string::npos);
}

TEST(KdBoard, SharesARankBetweenTiesAndSaysTheCriticalDifference) {
  World world;
  for (int pair = 0; pair < 4; ++pair) {
    const auto student = "small" + std::to_string(pair);
    world.done({.student = student}, 0.7);
    world.done({.method = "dist", .student = student}, 0.7);
    world.done({.method = "at", .student = student}, 0.6);
  }
  const auto board = world.board();
  const auto& t = table(board, "accuracy");
  EXPECT_EQ(text(t, "kl", "average rank"), "1.50");
  EXPECT_EQ(text(t, "dist", "average rank"), "1.50");
  EXPECT_EQ(text(t, "at", "average rank"), "3.00");
  // The last place is one of three methods' on each of 4 pairs: one method has it on all of them in 3 of 81 ways.
  EXPECT_EQ(
      t.notes[2],
      "Average rank: 3 methods over 4 pairs of networks, by mean accuracy over seeds; 1 is best, ties share a rank. Friedman "
      "chi2 = 8.00, exact p = 0.037; critical difference (exact, 0.05) = 1.50: ranks nearer than that are not told apart.");
}

TEST(KdBoard, ApproximatesTheCriticalDifferenceWhereOrdersAreTooManyToBeCounted) {
  World world;
  for (int pair = 0; pair < 3; ++pair) {
    for (int method = 0; method < 8; ++method) {
      world.done({.method = method == 0 ? "kl" : "m" + std::to_string(method), .student = "s" + std::to_string(pair)},
                 0.5 + 0.01 * method);
    }
  }
  const auto board = world.board();
  // 8 methods on 3 pairs: 3.031 * sqrt(8 * 9 / (6 * 3)) = 6.062
  EXPECT_NE(table(board, "accuracy").notes[2].find("critical difference (Nemenyi, 0.05) = 6.06"), std::string::npos)
      << table(board, "accuracy").notes[2];
}

TEST(KdBoard, DoesNotCountSeedsOfOnePairAsSettings) {
  // 2 methods, 2 pairs, 2 seeds, one method always first: of the 2^2 orders two are as extreme. Over four settings chi-squared
  // would say p = 0.046.
  World world;
  for (const auto* student : {"easy", "hard"}) {
    for (int seed = 0; seed < 2; ++seed) {
      world.done({.student = student, .seed = seed}, 0.7);
      world.done({.method = "dist", .student = student, .seed = seed}, 0.71 + 0.01 * seed);
    }
  }
  const auto board = world.board();
  const auto& t = table(board, "accuracy");
  EXPECT_EQ(text(t, "dist", "average rank"), "1.00");
  EXPECT_EQ(
      t.notes[2],
      "Average rank: 2 methods over 2 pairs of networks, by mean accuracy over seeds; 1 is best, ties share a rank. Friedman "
      "chi2 = 2.00, exact p = 0.500; critical difference (exact, 0.05): none; so few pairs tell no ranks apart.");
}

TEST(KdBoard, RanksTheMeansOfOnePairWithoutATest) {
  World world;
  for (int seed = 0; seed < 3; ++seed) {
    world.done({.seed = seed}, 0.70);
    world.done({.method = "dist", .seed = seed}, seed == 0 ? 0.80 : 0.69);  // worse at two seeds of three, better on average
  }
  const auto board = world.board();
  EXPECT_EQ(text(board.tables[0], "dist", "average rank"), "1.00");
  EXPECT_EQ(board.tables[0].notes[2],
            "Average rank: 2 methods over 1 pair of networks, by mean accuracy over seeds; 1 is best, ties share a rank. Too few "
            "pairs for a test: the seeds of one are not independent settings.");
}

TEST(KdBoard, ShowsTheStudentAloneOnceWhereALabelsOnlyMethodIsTheSameJob) {
  World world;
  world.done({.method = "none", .teacher = "", .convention = "labels only"}, 0.65);
  world.done({.method = "alone", .teacher = "", .role = Role::kAlone, .convention = "labels only"}, 0.65);
  auto& placements = world.plan.placements;
  placements[1].job = placements[0].job;
  const auto board = world.board();
  ASSERT_EQ(board.tables[0].rows.size(), 1u);
  EXPECT_EQ(text(board.tables[0], "none", "gain"), "-");
}

/// kl at 70, 71, 72 and dist at 71, 71.5, 74: differences 1, 0.5, 2 points.
World three_seeds() {
  World world;
  const double kl[] = {0.70, 0.71, 0.72}, dist[] = {0.71, 0.715, 0.74};
  for (int seed = 0; seed < 3; ++seed) {
    world.done({.seed = seed}, kl[seed]);
    world.done({.method = "dist", .seed = seed}, dist[seed]);
  }
  return world;
}

TEST(KdBoard, SaysWhichDifferenceTheStudyCouldFind) {
  // sd of 1, 0.5, 2: mean 3.5 / 3, squares 0.02778 + 0.44444 + 0.69444 = 1.16667, / 2, root: 0.763763. At 3 seeds 3.264044 sd are
  // found with 80 % power: 2.49 points; half a point is 0.6547 sd: 21 seeds.
  EXPECT_EQ(three_seeds().board().tables[0].notes[4],
            "MDE: 3 seeds and differences to kl with sd 0.76 points (one cell) find a difference of 2.49 points with 80% power "
            "(paired t "
            "test at 0.05, for one method); half a point would take 21 seeds.");
}

TEST(KdBoard, PoolsTheDeviationsOfAllCells) {
  auto world = three_seeds();
  for (int seed = 0; seed < 3; ++seed) world.done({.method = "at", .seed = seed}, 0.69 + 0.01 * seed);  // always 1 below kl
  // (2 * 0.58333 + 2 * 0) / 4: sd 0.540062; 1.76 points; half a point 0.9258 sd: 12 seeds.
  EXPECT_EQ(world.board().tables[0].notes[4],
            "MDE: 3 seeds and differences to kl with sd 0.54 points (pooled over 2 cells) find a difference of 1.76 points with "
            "80% power "
            "(paired t test at 0.05, for one method); half a point would take 12 seeds.");
}

TEST(KdBoard, SaysWhyThereIsNoMde) {
  World one;
  one.done({}, 0.7);
  EXPECT_EQ(one.board().tables[0].notes[3],
            "MDE: n/a, nothing is done that could be set against a baseline or the student alone.");
  one.done({.method = "dist"}, 0.71);
  EXPECT_EQ(one.board().tables[0].notes[4], "MDE: n/a, one seed does not say how much seeds differ.");
  World constant;
  for (int seed = 0; seed < 2; ++seed) {
    constant.done({.seed = seed}, 0.75);
    constant.done({.method = "dist", .seed = seed}, 0.5);
  }
  EXPECT_EQ(constant.board().tables[0].notes[4], "MDE: n/a, the differences do not vary over seeds.");
}

TEST(KdBoard, PrintsTheErrorsOfSeedsAndOfTestRows) {
  const auto world = three_seeds();
  BoardOptions options;
  // Four rows, of which dist answers one otherwise than kl at every seed.
  options.predictions = [](const std::string& job) {
    return std::optional(job.find("/dist/") != std::string::npos ? std::vector<std::int32_t>{0, 1, 2, 3}
                                                                 : std::vector<std::int32_t>{0, 1, 2, 0});
  };
  const auto board = make_leaderboard(world.plan, world.record_of(), options);
  const auto& t = table(board, "Study main on data: errors of the differences to kl");
  ASSERT_EQ(t.rows.size(), 1u);
  EXPECT_EQ(text(t, "dist", "difference"), "+1.17");
  EXPECT_EQ(text(t, "dist", "error of seeds"), "0.44");  // 0.763763 / sqrt(3)
  // (1/4 - 0.011667^2) / 4: 0.062466, its root 0.249932
  EXPECT_EQ(text(t, "dist", "error of test rows, at most"), "24.99");
  EXPECT_EQ(text(t, "dist", "both"), "25.00");
  EXPECT_EQ(text(t, "dist", "answered alike"), "75.0");
}

TEST(KdBoard, PrintsTheErrorOfSeedsWhereNoLogitsAreStored) {
  const auto board = three_seeds().board();
  const auto& t = table(board, "errors of the differences to kl");
  EXPECT_EQ(text(t, "dist", "error of seeds"), "0.44");
  EXPECT_EQ(text(t, "dist", "error of test rows, at most"), "n/a");
  EXPECT_EQ(text(t, "dist", "both"), "n/a");
}

TEST(KdBoard, TakesErrorsToTheStudentAloneWhereThereIsNoBaseline) {
  World world;
  for (int seed = 0; seed < 2; ++seed) {
    world.done({.method = "dist", .seed = seed}, 0.71 + 0.01 * seed);
    world.done({.method = "alone", .seed = seed, .role = Role::kAlone, .convention = "labels only"}, 0.65);
  }
  const auto board = world.board();
  EXPECT_EQ(text(table(board, "errors of the differences to the student alone"), "dist", "difference"), "+6.50");
}

/// The paper's Table 1, 10 and 100 classes.
TEST(PerSeedTable, PrintsTheVarianceOfThePapersTable1InSquaredPoints) {
  const std::map<std::string, std::vector<double>> ten = {{"one_hot", {87.06, 88.67, 88.77, 90.27, 90.87}},
                                                          {"posterior", {89.50, 89.63, 89.73, 89.93, 90.30}}};
  const std::map<std::string, std::vector<double>> hundred = {{"one_hot", {91.50, 94.00, 94.37, 94.66, 95.47}},
                                                              {"posterior", {94.70, 94.73, 94.87, 94.90, 95.17}}};
  World world;
  world.plan.study_options["main"] = {.baseline = "one_hot", .per_seed = true, .direct = ""};
  for (const auto& [dataset, methods] : {std::pair{"ten", ten}, std::pair{"hundred", hundred}}) {
    for (const auto& [method, values] : methods) {
      for (int seed = 0; seed < 5; ++seed) {
        auto& record = world.done({.method = method, .teacher = "", .seed = seed, .dataset = dataset}, values[seed] / 100);
        record.extra.bayes_accuracy = 0.905 + seed * 0.001;
      }
    }
  }
  const auto board = world.board();
  const auto& t10 = table(board, "on ten: every run");
  const auto& t100 = table(board, "on hundred: every run");
  EXPECT_EQ(text(t10, "TEST 1", "one_hot"), "87.06");
  EXPECT_EQ(text(t10, "AVERAGE", "one_hot"), "89.13");
  EXPECT_EQ(text(t10, "AVERAGE", "posterior"), "89.82");
  EXPECT_EQ(text(t10, "VARIANCE", "one_hot"), "1.79");
  EXPECT_EQ(text(t10, "VARIANCE", "posterior"), "0.08");
  EXPECT_EQ(text(t100, "VARIANCE", "one_hot"), "1.80");
  EXPECT_EQ(text(t100, "VARIANCE", "posterior"), "0.03");
  EXPECT_EQ(text(t10, "AVERAGE", "Bayes"), "90.70");  // 90.5 .. 90.9
  EXPECT_EQ(text(t10, "VARIANCE", "Bayes"), "");
}

TEST(PerSeedTable, GivesNoAverageOverTheRunsThatHappenToExist) {
  World world;
  world.plan.study_options["main"] = {.baseline = "kl", .per_seed = true, .direct = ""};
  world.done({.seed = 0}, 0.7);
  world.ended({.seed = 1}, Status::kFailed, "boom");
  const auto board = world.board();
  const auto& t = table(board, "every run");
  EXPECT_EQ(text(t, "TEST 2", "kl"), "failed");
  EXPECT_EQ(text(t, "AVERAGE", "kl"), "n/a (1/2)");
  EXPECT_EQ(text(t, "VARIANCE", "kl"), "n/a (1/2)");
}

}  // namespace
}  // namespace kdbench
