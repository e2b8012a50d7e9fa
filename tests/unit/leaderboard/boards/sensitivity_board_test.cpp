/// The sensitivity board against the paper's Table 6, by hand, and with holes.
#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::cell;
using test::table;
using test::text;
using test::World;

World::Where at(const std::string& method, double value, int seed = 0, const std::string& teacher = "big") {
  return {.kind = StudyKind::kSensitivity, .method = method, .teacher = teacher, .seed = seed, .axis = "tau", .value = value};
}

const std::vector<double> kTaus = {1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8};

void add_curve(World& world, const std::string& teacher, const std::string& method, const std::vector<double>& ece,
               const std::vector<double>& accuracy) {
  for (std::size_t i = 0; i < kTaus.size(); ++i) world.done(at(method, kTaus[i], 0, teacher), accuracy[i] / 100, ece[i] / 100);
}

TEST(SensitivityBoard, ReproducesThePapersTable6) {
  World world;
  const std::vector<double> ece56 = {12.04, 1.79, 10.39, 21.33, 31.01, 38.92, 45.03, 51.97, 57.04, 59.92, 61.65};
  add_curve(world, "ResNet-56", "kd", ece56, {68.09, 68.28, 68.56, 68.57, 67.98, 67.84, 67.46, 67.01, 67.20, 66.75, 66.80});
  add_curve(world, "ResNet-56", "dist", ece56, {67.35, 68.19, 68.77, 68.63, 68.92, 68.41, 68.41, 68.9, 68.93, 68.39, 66.97});
  const std::vector<double> ece110 = {14.08, 4.70, 6.00, 16.89, 27.12, 35.84, 42.78, 52.93, 57.22, 59.65, 61.12};
  add_curve(world, "ResNet-110", "kd", ece110, {67.18, 67.72, 68.30, 67.83, 68.42, 67.44, 67.28, 66.77, 66.87, 67.15, 65.98});
  add_curve(world, "ResNet-110", "dist", ece110, {67.23, 68.09, 68.20, 68.74, 68.15, 68.88, 68.65, 68.74, 69.35, 67.88, 67.18});
  const std::vector<double> ece28 = {8.70, 5.09, 17.73, 28.59, 37.22, 43.67, 48.34, 54.06, 57.07, 58.78, 59.83};
  add_curve(world, "WRN-28-1", "kd", ece28, {67.76, 67.73, 67.55, 67.48, 67.11, 67.09, 66.9, 66.82, 66.64, 66.28, 65.68});
  add_curve(world, "WRN-28-1", "dist", ece28, {67.22, 68.26, 68.19, 68.48, 68.84, 68.35, 68.12, 67.99, 67.79, 67.36, 66.33});
  const auto board = world.board();
  const auto spearman = [&](const std::string& teacher, const std::string& method) {
    return text(table(board, teacher + " -> small: sensitivity"), method, "Spearman(ECE, acc)");
  };
  EXPECT_EQ(spearman("ResNet-56", "kd"), "-91.82 [n/a]");
  EXPECT_EQ(spearman("ResNet-56", "dist"), "0.46 [n/a] ns");
  EXPECT_EQ(spearman("ResNet-110", "kd"), "-76.36 [n/a]");
  EXPECT_EQ(spearman("ResNet-110", "dist"), "1.82 [n/a] ns");
  EXPECT_EQ(spearman("WRN-28-1", "kd"), "-99.09 [n/a]");  // the paper prints -99.10
  EXPECT_EQ(spearman("WRN-28-1", "dist"), "-50.00 [n/a] ns");
  const auto& t = table(board, "ResNet-56 -> small: sensitivity");
  EXPECT_EQ(text(t, "dist", "spread"), "1.96 [n/a]");  // 68.93 - 66.97: no rank correlation, and not flat
  const auto& details = table(board, "ResNet-56 -> small: best");
  EXPECT_EQ(text(details, "kd", "best tau"), "2.5");
  EXPECT_EQ(text(details, "kd", "teacher's ECE there"), "21.33");
}

/// Two seeds, three values: ECE 2, 4, 8 %.
World small(bool rising = false) {
  World world;
  const double ece[] = {0.02, 0.04, 0.08};
  for (int seed = 0; seed < 2; ++seed) {
    for (int i = 0; i < 3; ++i)
      world.done(at("kl", i + 1, seed), 0.70 - 0.01 * i + (rising ? 0.03 * i * seed : 0) + 0.02 * seed, ece[i]);
  }
  return world;
}

TEST(SensitivityBoard, ComputesSlopeSpreadAndRegretFromMeansOverSeeds) {
  const auto board = small().board();
  const auto& t = table(board, "sensitivity");
  // mean accuracy 71, 70, 69; ECE 2, 4, 8 with mean 14/3: sum dx dy = -8/3 - 10/3 = -6, sum dx^2 = (64 + 4 + 100)/9 = 18.667
  EXPECT_EQ(text(t, "kl", "slope"), "-0.3214 [-0.3214, -0.3214]");  // of both seeds
  EXPECT_EQ(text(t, "kl", "spread"), "2.00 [n/a]");
  EXPECT_EQ(text(t, "kl", "seeds"), "2/2");
  EXPECT_EQ(text(t, "kl", "Spearman(tau, acc)"), "-100.00 [n/a] ns");
  EXPECT_EQ(text(t, "kl", "Spearman(ECE, acc)"), "-100.00 [n/a] ns");  // 2 of the 3! = 6 orders are as extreme
  EXPECT_EQ(text(t, "kl", "p"), "0.333");
  const auto& details = table(board, "best value");
  EXPECT_EQ(text(details, "kl", "regret"), "1.00 [n/a]");  // 71 - 70
  EXPECT_EQ(text(details, "kl", "Kendall"), "-100.00 [n/a]");
  EXPECT_EQ(text(details, "kl", "best tau"), "1");
  EXPECT_EQ(text(details, "kl", "teacher's ECE there"), "2.00");
}

TEST(SensitivityBoard, ListsEverySeedBecauseOneSeedIsLuck) {
  const auto board = small(true).board();
  EXPECT_EQ(text(table(board, "best value"), "kl", "Spearman(ECE, acc) of each seed"), "-100.00 100.00");
  EXPECT_EQ(text(table(board, "best value"), "kl", "best tau of each seed"), "1 3");
}

TEST(SensitivityBoard, TakesTheIntervalOfTheSlopeFromEachSeedsOwn) {
  const auto board = small(true).board();
  // Seed 0: 70, 69, 68: -6 / 18.667 = -0.3214; seed 1: 72, 74, 76: +0.6429. Mean 0.1607, half width 12.7062 * 0.4821 = 6.1262.
  EXPECT_EQ(text(table(board, "sensitivity"), "kl", "slope"), "+0.1607 [-5.9655, +6.2869]");
}

/// Six seeds at 72 + e, 71, 70 with e = -0.5, -0.3, -0.1, 0.1, 0.3, 0.5 points.
World six_seeds() {
  World world;
  for (int seed = 0; seed < 6; ++seed) {
    for (int i = 0; i < 3; ++i) {
      world.done(at("kl", i + 1, seed), 0.72 - 0.01 * i + (i == 0 ? 0.002 * seed - 0.005 : 0), 0.1 * (i + 1));
    }
  }
  return world;
}

TEST(SensitivityBoard, GivesSpreadAndCorrelationsIntervalsFromSixSeedsOn) {
  const auto board = six_seeds().board();
  const auto& t = table(board, "sensitivity");
  // First less last value: mean 2, sd sqrt(0.14) = 0.3742, error 0.1528; t(5) 2.5706 above, of six differences 4.2193 below.
  EXPECT_EQ(text(t, "kl", "spread"), "2.00 [1.36, 2.39]");
  EXPECT_EQ(text(t, "kl", "Spearman(tau, acc)"), "-100.00 [-100.00, -100.00] ns");  // no resample brings 72 below 71
  // First value less the mean of three: mean 1, error 0.1018; of three such 3.5341 below.
  EXPECT_EQ(text(table(board, "best value"), "kl", "regret"), "1.00 [0.64, 1.26]");
  auto five = six_seeds();
  five.records.at(World::job_of(at("kl", 1, 5))).status = Status::kFailed;
  const auto fewer = five.board();
  EXPECT_TRUE(text(table(fewer, "sensitivity"), "kl", "spread").ends_with("[n/a]"));
  EXPECT_NE(table(fewer, "sensitivity").notes[2].find("only from 6 seeds on: n/a for fewer"), std::string::npos);
}

TEST(SensitivityBoard, NamesTheAxisThatMovesCalibrationAlone) {
  World world;
  for (int i = 0; i < 3; ++i) {
    World::Where where = at("kl", i + 1);
    where.axis = "teacher_temperature";
    world.done(where, 0.7 + 0.01 * i, 0.1 * (i + 1));
  }
  const auto board = world.board();
  EXPECT_EQ(text(table(board, "sensitivity"), "kl", "Spearman(teacher_temperature, acc)"), "100.00 [n/a] ns");
  EXPECT_EQ(text(table(board, "best value"), "kl", "best teacher_temperature"), "3");
}

TEST(SensitivityBoard, PrintsTheCurveWithTheTeachersEce) {
  const auto board = small().board();
  const auto& t = table(board, "along tau");
  EXPECT_EQ(text(t, "teacher's ECE", "2"), "4.00±0.00");
  EXPECT_EQ(text(t, "kl", "2"), "70.00±1.41");  // 69 and 71
}

TEST(SensitivityBoard, UsesOnlySeedsWithTheWholeCurve) {
  auto world = small();
  world.records.at(World::job_of(at("kl", 2, 1))).status = Status::kFailed;
  world.records.at(World::job_of(at("kl", 2, 1))).reason = "boom";
  const auto board = world.board();
  EXPECT_EQ(text(table(board, "sensitivity"), "kl", "seeds"), "1/2");
  EXPECT_EQ(text(table(board, "sensitivity"), "kl", "Spearman(ECE, acc)"), "-100.00 [n/a] ns");
  EXPECT_EQ(text(table(board, "along tau"), "kl", "2"), "69.00 (1/2)");
  EXPECT_EQ(table(board, "along tau").notes.back(), "kl at tau 2: 1 of 2 done; failed: boom.");
}

TEST(SensitivityBoard, SaysNothingAboutACurveWithoutWholeSeeds) {
  auto world = small();
  for (int seed = 0; seed < 2; ++seed) world.records.erase(World::job_of(at("kl", 3, seed)));
  const auto board = world.board();
  const auto& t = table(board, "sensitivity");
  EXPECT_EQ(text(t, "kl", "seeds"), "0/2");
  for (const char* column : {"Spearman(ECE, acc)", "p", "Spearman(tau, acc)", "slope", "spread"})
    EXPECT_EQ(text(t, "kl", column), "n/a");
  EXPECT_EQ(text(table(board, "along tau"), "kl", "3"), "missing (0/2)");
  EXPECT_EQ(text(table(board, "along tau"), "teacher's ECE", "3"), "n/a");
}

TEST(SensitivityBoard, TakesMeansThatAreEqualOnPaperAsTies) {
  World world;
  // means 0.8 at every value, along different ways of rounding: a flat curve has no rank correlation
  const double first[] = {0.7, 0.6, 0.1}, second[] = {0.9, 1.0, 1.5};
  for (int i = 0; i < 3; ++i) {
    world.done(at("kl", i + 1, 0), first[i], 0.1 * (i + 1));
    world.done(at("kl", i + 1, 1), second[i], 0.1 * (i + 1));
  }
  EXPECT_EQ(text(table(world.board(), "sensitivity"), "kl", "Spearman(ECE, acc)"), "n/a");
  EXPECT_EQ(text(table(world.board(), "sensitivity"), "kl", "spread"), "0.00 [n/a]");
}

TEST(SensitivityBoard, PrintsOneEceRowForEachWayOfBeingTaught) {
  auto world = small();
  for (int i = 0; i < 3; ++i) world.done(at("cool", i + 1, 0), 0.7, 0.5);
  const auto board = world.board();
  const auto& t = table(board, "along tau");
  EXPECT_EQ(text(t, "teacher's ECE for cool", "1"), "50.00");
  EXPECT_EQ(text(t, "teacher's ECE for kl", "1"), "2.00±0.00");
}

TEST(SensitivityBoard, SaysTheConventionAndTheStudentAlone) {
  auto world = small();
  world.done(
      {.kind = StudyKind::kSensitivity, .method = "alone", .role = Role::kAlone, .axis = "tau", .convention = "labels only"},
      0.65);
  const auto board = world.board();
  const auto& t = table(board, "sensitivity");
  EXPECT_EQ(text(t, "kl", "convention"), "tau=4 on both, tau^2 on, alpha=1");
  EXPECT_EQ(t.notes.back(), "Student alone (labels only): 65.00 ± n/a (1) %.");
}

TEST(SensitivityBoard, TakesAMethodWithoutTeacher) {
  World world;
  for (int i = 0; i < 3; ++i) world.done(at("posterior", i + 1, 0, ""), 0.7 + 0.01 * i);
  const auto board = world.board();
  EXPECT_EQ(text(table(board, "sensitivity"), "posterior", "Spearman(ECE, acc)"), "n/a");
  EXPECT_EQ(text(table(board, "sensitivity"), "posterior", "Spearman(tau, acc)"), "100.00 [n/a] ns");
}

}  // namespace
}  // namespace kdbench
