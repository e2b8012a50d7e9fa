/// The miscalibration board: arms, pairs of equal ECE and opposite sign, slopes, partial R^2, and teachers at a fixed
/// temperature.
#include "unit/leaderboard/fixtures.h"

#include <kdbench/leaderboard/render/render.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::table;
using test::World;

/// What a teacher is on some rows. Fractions, nats.
struct Taught {
  double confidence = 0, ece = 0, classwise = 0, nll = 1, entropy = 1;
};

/// Of an accuracy of 80 %, its ECE with a floor of 2 %.
CalibrationMetrics measures_of(const Taught& taught) {
  auto m = test::metrics_of(0.8, taught.ece);
  m.mean_confidence = taught.confidence;
  m.classwise_ece = taught.classwise;
  m.nll = taught.nll;
  m.entropy = taught.entropy;
  m.ece_floor_95 = 0.02;
  return m;
}

/// One student, by its arm. An empty calibrator: the teacher as it is.
struct Student {
  std::string calibrator, family;
  std::int64_t seed = 0;
  bool matched = false;
  std::string loss = "kl", teacher = "big";
};

RunRecord& train_arm(World& world, const Student& s, double accuracy, const Taught& on_test,
                     std::optional<Taught> in_training = {}, double gradient = 1) {
  auto& record = world.done({.kind = StudyKind::kMiscalibration,
                             .method = s.loss + (s.matched ? " matched " : " ") + s.calibrator,
                             .teacher = s.teacher,
                             .seed = s.seed,
                             .convention = "tau=4 on the student"},
                            accuracy, on_test.ece);
  record.teacher->as_taught.metrics = measures_of(on_test);
  if (in_training) record.teacher->as_taught_in_training = AsTaughtInTraining{measures_of(*in_training), std::nullopt};
  record.extra.first_gradient_norm = gradient;
  if (s.matched) record.extra.rate_factor = 1 / gradient;
  auto& p = world.plan.placements.back();
  p.calibrator = s.calibrator;
  p.arm = PlacedArm{s.loss, s.family, 4, 1, s.matched};
  return record;
}

void train_alone(World& world, std::int64_t seed, double accuracy) {
  world.done({.kind = StudyKind::kMiscalibration, .method = "alone x1", .seed = seed, .role = Role::kAlone}, accuracy);
  world.plan.placements.back().arm = PlacedArm{};
}

std::string arm_cell(const Table& t, const std::vector<std::string>& keys, const std::string& column) {
  for (const auto& row : t.rows) {
    const auto has = [&](const std::string& key) {
      return std::any_of(row.cells.begin(), row.cells.end(), [&](const Cell& cell) { return cell.text == key; });
    };
    if (!std::all_of(keys.begin(), keys.end(), has)) continue;
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      if (t.columns[i].title == column) return row.cells[i].text;
    }
  }
  return "no such place";
}

bool has_note(const Table& t, const std::string& part) {
  return std::any_of(t.notes.begin(), t.notes.end(), [&](const auto& n) { return n.find(part) != std::string::npos; });
}

/// Three seeds. On test rows two shifts are over-confident, two under-confident; in training all but one are under-confident.
World shifted() {
  World world;
  for (const int seed : {0, 1, 2}) {
    const double luck = 0.01 * seed;
    train_alone(world, seed, 0.5 + luck);
    train_arm(world, {"", "", seed}, 0.60 + luck, {0.87, 0.07, 0.03, 0.9, 0.5}, Taught{0.79, 0.02, 0.01, 0.50, 0.5}, 2);
    train_arm(world, {"shift[ratio=0.3]", "shift", seed}, 0.58 + luck, {0.90, 0.100, 0.04, 1.0, 0.4},
              Taught{0.83, 0.03, 0.01, 0.45, 0.4}, 2.5);
    train_arm(world, {"shift[ratio=0.6]", "shift", seed}, 0.61 + luck, {0.84, 0.040, 0.02, 0.8, 0.6},
              Taught{0.76, 0.04, 0.02, 0.52, 0.6}, 1.6);
    train_arm(world, {"shift[ratio=1.5]", "shift", seed}, 0.64 + 2 * luck, {0.75, 0.042, 0.02, 0.9, 0.9},
              Taught{0.70, 0.10, 0.03, 0.6, 0.9}, 1);
    train_arm(world, {"shift[ratio=3]", "shift", seed}, 0.62 + luck, {0.70, 0.095, 0.05, 1.1, 1.2},
              Taught{0.6, 0.20, 0.05, 0.8, 1.2}, 0.5);
    train_arm(world, {"shift[ratio=3]", "shift", seed, true}, 0.65, {0.70, 0.095, 0.05, 1.1, 1.2},
              Taught{0.6, 0.20, 0.05, 0.8, 1.2}, 0.5);
  }
  return world;
}

TEST(MiscalibrationBoard, PairsArmsOfTheNearestEceOnBothSides) {
  const auto board = shifted().board();
  const auto& pairs = table(board, "equal ECE, opposite sign");
  // On test rows 4.0 beside 4.2 first, then 10.0 beside 9.5; in training 3 beside 4, and nobody else is over-confident. The
  // teacher as it is has 7.0 on test rows, 2.5 from the next, where 2.375 are a quarter of 9.5; in training its gap is no more
  // than the floor.
  ASSERT_EQ(pairs.rows.size(), 3u);
  const std::vector<std::string> near{"test", "shift[ratio=0.6]", "shift[ratio=1.5]"};
  EXPECT_EQ(arm_cell(pairs, near, "its ECE"), "4.00");
  EXPECT_EQ(arm_cell(pairs, near, "the other's"), "4.20");
  // 64 66 68 against 61 62 63: 3, 4 and 5 points; sd 1, t(2) = 4.303, 4 -+ 4.303 / sqrt(3).
  EXPECT_EQ(arm_cell(pairs, near, "under - over"), "+4.00 [+1.52, +6.48]");
  // t = 4 sqrt(3) with 2 degrees of freedom: p = 1 - t / sqrt(2 + t^2) = 1 - 6.928 / sqrt(50).
  EXPECT_EQ(arm_cell(pairs, near, "p"), "0.020");
  EXPECT_EQ(arm_cell(pairs, {"test", "shift[ratio=0.3]", "shift[ratio=3]"}, "under - over"), "+4.00 [+4.00, +4.00]");
  EXPECT_EQ(arm_cell(pairs, {"training", "shift[ratio=0.3]", "shift[ratio=0.6]"}, "under - over"), "+3.00 [+3.00, +3.00]");
  EXPECT_TRUE(
      has_note(pairs, "MDE: 3 seeds and differences to the over-confident arm with sd 0.58 points (pooled over 3 cells)"));
  // The matched arm has no other side.
  EXPECT_TRUE(
      has_note(pairs, "Arms without an equal of the opposite sign on test rows: shift[ratio=3] (in 1 of 2 groups and rates)."));
  EXPECT_TRUE(has_note(pairs, "Arms without an equal of the opposite sign on training rows: shift[ratio=1.5], shift[ratio=3]."));
}

/// At three seeds an over-confident shift, a, and an under-confident one, b.
World two_sides(const Taught& over, const Taught& under) {
  World world;
  for (const int seed : {0, 1, 2}) {
    train_arm(world, {"a", "shift", seed}, 0.6 + 0.01 * seed, over);
    train_arm(world, {"b", "shift", seed}, 0.61, under);
  }
  return world;
}

TEST(MiscalibrationBoard, PairsNoArmsWhoseEcesAreNotEqual) {
  const auto rows = [](double over, double under) {
    const auto board = two_sides({0.9, over}, {0.7, under}).board();
    return table(board, "equal ECE, opposite sign").rows.size();
  };
  EXPECT_EQ(rows(0.01, 0.22), 0u);
  EXPECT_EQ(rows(0.03, 0.22), 0u);
  EXPECT_EQ(rows(0.046, 0.065), 1u);  // 1.9 points, within the floor of 2; a quarter of 6.5 is 1.6
  EXPECT_EQ(rows(0.16, 0.21), 1u);    // 5 points, a quarter of 21 being 5.25
  EXPECT_EQ(rows(0.15, 0.21), 0u);    // 6
}

TEST(MiscalibrationBoard, PairsNoArmsWhoseSignIsWithinTheFloor) {
  const auto board = two_sides({0.801, 0.04}, {0.799, 0.04}).board();
  const auto& pairs = table(board, "equal ECE, opposite sign");
  EXPECT_TRUE(pairs.rows.empty());
  EXPECT_TRUE(has_note(pairs, "on test rows: a, b."));
}

TEST(MiscalibrationBoard, PairsNoArmsWhoseSignDiffersBetweenSeeds) {
  auto world = two_sides({0.9, 0.1}, {0.7, 0.1});
  ASSERT_EQ(table(world.board(), "equal ECE, opposite sign").rows.size(), 1u);
  for (auto& [job, record] : world.records) {  // 10, 10 and -1 points: still 6.3 in the mean
    if (job.find("kl a") != std::string::npos && job.find("/2/") != std::string::npos)
      record.teacher->as_taught.metrics.mean_confidence = 0.79;
  }
  EXPECT_TRUE(table(world.board(), "equal ECE, opposite sign").rows.empty());
}

TEST(MiscalibrationBoard, PairsTheTeacherAsItIsWithAnyArm) {
  World world;
  for (const int seed : {0, 1}) {
    train_arm(world, {"", "", seed}, 0.6, {0.9, 0.1});
    train_arm(world, {"b", "shift", seed}, 0.61, {0.7, 0.1});
    train_arm(world, {"b", "shift", seed, true}, 0.62, {0.7, 0.1});
  }
  const auto board = world.board();
  const auto& pairs = table(board, "equal ECE, opposite sign");
  ASSERT_EQ(pairs.rows.size(), 2u);
  EXPECT_EQ(arm_cell(pairs, {"recipe's", "as it is", "b"}, "under - over"), "+1.00 [+1.00, +1.00]");
  EXPECT_EQ(arm_cell(pairs, {"matched", "as it is", "b"}, "under - over"), "+2.00 [+2.00, +2.00]");
}

/// The shift calibrates; jitter starts from there.
World calibrated() {
  World world;
  for (const int seed : {0, 1}) {
    const double luck = 0.01 * seed;
    train_alone(world, seed, 0.5);
    train_arm(world, {"", "", seed}, 0.60 + luck, {0.9, 0.1});
    train_arm(world, {"jitter", "jitter", seed}, 0.58 + luck, {0.8, 0.05});
    train_arm(world, {"jitter", "jitter", seed, true}, 0.59 + luck, {0.8, 0.05});
    train_arm(world, {"shift[ratio=1]", "shift", seed}, 0.61 + luck, {0.8, 0.01});
    train_arm(world, {"shift[ratio=1]", "shift", seed, true}, 0.62 + luck, {0.8, 0.01});
    train_arm(world, {"shift[ratio=1.1]", "shift", seed}, 0.60 + luck, {0.79, 0.015});
  }
  return world;
}

TEST(MiscalibrationBoard, SetsArmsBesideTheCalibratedOne) {
  const auto board = calibrated().board();
  const auto& students = table(board, "students by kl, tau 4");
  EXPECT_EQ(arm_cell(students, {"jitter", "recipe's"}, "vs as it is"), "-2.00 [-2.00, -2.00]");
  EXPECT_EQ(arm_cell(students, {"jitter", "recipe's"}, "vs calibrated"), "-3.00 [-3.00, -3.00]");
  EXPECT_EQ(arm_cell(students, {"jitter", "matched"}, "vs calibrated"), "-3.00 [-3.00, -3.00]");
  EXPECT_EQ(arm_cell(students, {"as it is"}, "vs calibrated"), "-1.00 [-1.00, -1.00]");
  EXPECT_EQ(arm_cell(students, {"shift[ratio=1]", "recipe's"}, "vs calibrated"), "-");
  EXPECT_EQ(arm_cell(students, {"labels alone"}, "vs calibrated"), "-");
  EXPECT_TRUE(has_note(students, "vs calibrated: accuracy above that under shift[ratio=1], at the same budget"));
}

TEST(MiscalibrationBoard, TakesTheCalibratedArmAsStrength0OfOtherCalibrators) {
  const auto board = calibrated().board();
  const auto& slopes = table(board, "slopes along each calibrator");
  // jitter: 3 points down from an ECE of 1 % to one of 5 %. shift: a point down for half a point of ECE.
  EXPECT_EQ(arm_cell(slopes, {"jitter"}, "per ECE (test)"), "-0.7500 [-0.7500, -0.7500]");
  EXPECT_EQ(arm_cell(slopes, {"shift"}, "per ECE (test)"), "-2.0000 [-2.0000, -2.0000]");
  EXPECT_TRUE(has_note(slopes, "shift[ratio=1] stands for the calibrated teacher, as strength 0 of each other calibrator."));
}

TEST(MiscalibrationBoard, HasNoCalibratedArmWhereNoEceIsWithinItsFloor) {
  const auto board = shifted().board();
  const auto& students = table(board, "students by kl, tau 4");
  EXPECT_EQ(arm_cell(students, {"as it is"}, "vs calibrated"), "no such place");
  EXPECT_TRUE(has_note(students, "none stands for the calibrated teacher"));
}

TEST(MiscalibrationBoard, SaysWhereNoCalibratorHasBothSides) {
  World world;
  for (const int seed : {0, 1}) {
    train_arm(world, {"", "", seed}, 0.6, {0.9, 0.1});
    train_arm(world, {"jitter", "jitter", seed}, 0.6, {0.9, 0.1});
  }
  const auto board = world.board();
  const auto& pairs = table(board, "equal ECE, opposite sign");
  EXPECT_TRUE(pairs.rows.empty());
  EXPECT_TRUE(has_note(pairs, "No pair on test rows: no calibrator has arms of equal ECE on both sides there."));
  EXPECT_TRUE(has_note(pairs, "No pair on training rows"));
  EXPECT_TRUE(has_note(table(board, "slopes"), "jitter: no slope of fewer than 2 strengths."));
}

TEST(MiscalibrationBoard, HasASlopeBySeedAlongEveryCalibrator) {
  World world;
  for (const int seed : {0, 1}) {
    train_arm(world, {"", "", seed}, 0.1, {0.9, 0.1});  // no strength of the calibrator's
    // Gaps of 10 and -10 points; accuracy falls by 4 points and by 6 on the way down: slopes -4 / -20 and -6 / -20.
    train_arm(world, {"shift[ratio=0.5]", "shift", seed}, 0.6, {0.9, 0.10});
    train_arm(world, {"shift[ratio=2]", "shift", seed}, 0.56 - 0.02 * seed, {0.7, 0.10});
  }
  const auto board = world.board();
  const auto& slopes = table(board, "slopes along each calibrator");
  // Mean 0.25, sd 0.0707, t(1) = 12.706: 0.25 -+ 12.706 * 0.05.
  EXPECT_EQ(arm_cell(slopes, {"shift"}, "per gap (test)"), "+0.2500 [-0.3853, +0.8853]");
  EXPECT_EQ(arm_cell(slopes, {"shift"}, "per ECE (test)"), "n/a");  // it is 10 % at both
  EXPECT_EQ(arm_cell(slopes, {"shift"}, "per gap (training)"), "n/a");
  EXPECT_EQ(arm_cell(slopes, {"shift"}, "seeds"), "2");
}

TEST(MiscalibrationBoard, TellsWhatAccuracyGoesWithTheOthersGiven) {
  World world;
  for (const int seed : {0, 1}) {
    int i = 0;
    // Gaps of -5 0 5 points within seeds, accuracies of -2 1 1 and -2 0 2; all else stays. For 5 points of gap 3 / 2 points of
    // accuracy at one seed, 4 / 2 at the other; together (3 + 4)^2 / ((2 + 2) (6 + 8)) = 7 / 8.
    for (const double confidence : {0.85, 0.90, 0.95}) {
      const std::vector<double> points = seed == 0 ? std::vector<double>{8, 11, 11} : std::vector<double>{-2, 0, 2};
      const auto ratio = "shift[ratio=" + std::to_string(i) + "]";
      train_arm(world, {ratio, "shift", seed}, 0.5 + 0.01 * points[static_cast<std::size_t>(i)],
                {confidence, 0.1, 2 * confidence}, std::nullopt, 3);
      ++i;
    }
  }
  const auto board = world.board();
  const auto& partial = table(board, "what accuracy goes with");
  ASSERT_EQ(partial.rows.size(), 2u);
  EXPECT_EQ(arm_cell(partial, {"kl", "test"}, "runs"), "6");
  EXPECT_EQ(arm_cell(partial, {"kl", "test"}, "R²"), "87.5");
  // 1.5 and 2: mean 1.75, standard error 0.25, t = 7 with one degree of freedom: p = 2 / pi atan(1 / 7).
  EXPECT_EQ(arm_cell(partial, {"kl", "test"}, "gap"), "87.5 (+, p 0.090, VIF 1.0)");
  EXPECT_EQ(arm_cell(partial, {"kl", "test"}, "classwise ECE"), "collinear");
  EXPECT_EQ(arm_cell(partial, {"kl", "test"}, "NLL (training)"), "not measured");
  EXPECT_EQ(arm_cell(partial, {"kl", "test"}, "ln ‖g₀‖"), "constant");
  EXPECT_EQ(arm_cell(partial, {"kl", "training"}, "gap"), "not measured");
  EXPECT_FALSE(has_note(partial, "runs are left out"));
}

TEST(MiscalibrationBoard, RegressesOnTheGapOfEitherRows) {
  World world;
  for (const int seed : {0, 1}) {
    // In training accuracy follows the gap, on test rows it does not: -1 0 1 and 1 -2 1 are orthogonal.
    train_arm(world, {"a", "shift", seed}, 0.59, {0.85, 0.1}, Taught{0.7, 0.1});
    train_arm(world, {"b", "shift", seed}, 0.60, {0.70, 0.1}, Taught{0.8, 0.1});
    train_arm(world, {"c", "shift", seed}, 0.61, {0.85, 0.1}, Taught{0.9, 0.1});
  }
  const auto board = world.board();
  const auto& partial = table(board, "what accuracy goes with");
  EXPECT_TRUE(arm_cell(partial, {"kl", "test"}, "gap").starts_with("0.0 ("));
  EXPECT_TRUE(arm_cell(partial, {"kl", "training"}, "gap").starts_with("100.0 (+"));
}

TEST(MiscalibrationBoard, CountsAMatchedRateIntoTheFirstStep) {
  World world;
  for (const int seed : {0, 1, 2}) {
    // Steps of length 2 under the teacher as it is, 1 and 2 under the shift: accuracy follows the step, 60 at 2 and 50 at 1.
    const double luck = 0.001 * seed;
    train_arm(world, {"", "", seed}, 0.6 + luck, {0.9, 0.1}, std::nullopt, 2);
    train_arm(world, {"shift", "shift", seed}, 0.5 + luck, {0.7, 0.1}, std::nullopt, 1);
    auto& matched = train_arm(world, {"shift", "shift", seed, true}, 0.6 + luck, {0.7, 0.1}, std::nullopt, 1);
    matched.extra.rate_factor = 2;
  }
  const auto board = world.board();
  const auto& partial = table(board, "what accuracy goes with");
  // Three arms at each seed are too few for two regressors: no test over seeds.
  EXPECT_TRUE(arm_cell(partial, {"kl", "test"}, "ln ‖g₀‖").starts_with("100.0 (n/a, VIF"));
  const auto& students = table(board, "students by kl, tau 4");
  EXPECT_EQ(arm_cell(students, {"shift", "matched"}, "rate x"), "2.000±0.000");
  EXPECT_EQ(arm_cell(students, {"shift", "matched"}, "vs as it is"), "+0.00 [+0.00, +0.00]");
  EXPECT_EQ(arm_cell(students, {"shift", "recipe's"}, "vs as it is"), "-10.00 [-10.00, -10.00]");
}

TEST(MiscalibrationBoard, LeavesOutRunsOfRecordsThatKnowNoGradient) {
  auto world = shifted();
  for (auto& [job, record] : world.records) {
    if (job.find("shift[ratio=3]/") != std::string::npos) record.extra.first_gradient_norm.reset();
  }
  const auto board = world.board();
  EXPECT_EQ(arm_cell(table(board, "students by kl"), {"shift[ratio=3]", "recipe's"}, "‖g₀‖"), "n/a");
  EXPECT_TRUE(has_note(table(board, "what accuracy goes with"),
                       "Of test rows 6 runs are left out: not done, or without one of the numbers."));
}

TEST(MiscalibrationBoard, CorrelatesOverTeachersAtAFixedTemperature) {
  World world;
  for (const int seed : {0, 1}) {
    int i = 0;
    for (const std::string teacher : {"a", "b", "c", "d"}) {
      // The worse the NLL in training the worse the student; the test ECE goes its own way: 1 4 2 3 against 1 2 3 4.
      const double ece[] = {0.04, 0.01, 0.03, 0.02};
      train_arm(world, {"", "", seed, false, "kl", teacher}, 0.6 - 0.01 * i, {0.9, ece[i]}, Taught{0.9, 0.1, 0.1, 0.1 * i});
      ++i;
    }
  }
  const auto board = world.board();
  const auto& test_rows = table(board, "accuracy against each measure of the teacher, on test rows");
  EXPECT_EQ(arm_cell(test_rows, {"kl"}, "teachers"), "4");
  EXPECT_EQ(arm_cell(test_rows, {"kl"}, "floor at 95%"), "no such place");
  EXPECT_TRUE(has_note(test_rows, "Neither p nor interval is corrected for the number of correlations."));
  EXPECT_EQ(arm_cell(test_rows, {"kl"}, "ECE"), "40.00 [n/a] ns");  // ranks 4 1 3 2 and 4 3 2 1: 1 - 6 (0 + 4 + 1 + 1) / 60 = 0.4
  EXPECT_EQ(arm_cell(table(board, "measure of the teacher, on training rows"), {"kl"}, "NLL"),
            "-100.00 [n/a] ns");  // 2 of 24 orders: p 0.083
  EXPECT_EQ(arm_cell(table(board, "the teacher as taught, on test rows"), {"b"}, "ECE"), "1.00±0.00 °");
  for (const auto& t : board.tables) EXPECT_EQ(t.title.find("opposite sign"), std::string::npos);
}

TEST(MiscalibrationBoard, SaysOfWhichStudentsTheTrainingRowsAre) {
  const auto board = shifted().board();
  const std::string note = "As students by kl, tau 4, x1 saw them, the first for which an arm is measured.";
  EXPECT_TRUE(has_note(table(board, "the teacher as taught, on training rows"), note));
  EXPECT_FALSE(has_note(table(board, "the teacher as taught, on test rows"), note));
}

TEST(MiscalibrationBoard, IsThisPage) {
  auto board = shifted().board();
  std::erase_if(board.tables, [](const Table& t) { return !t.title.starts_with("Study main on data, "); });
  const auto now = render(board, Format::kText);
  EXPECT_EQ(now, test::golden("miscalibration.txt", now));
}

}  // namespace
}  // namespace kdbench
