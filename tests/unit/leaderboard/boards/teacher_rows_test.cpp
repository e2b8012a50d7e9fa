/// What a student learns from, on training, validation and test rows; and which ECEs are no more than chance.
#include <kdbench/leaderboard/model/ece_marks.h>

#include "unit/leaderboard/fixtures.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::metrics_of;
using test::table;
using test::World;

const std::string kTitle = "Teachers as taught";
const std::string kChance = "°: an ECE that a perfectly calibrated network would show as well: at most its floor at 95%.";
const std::string kNear = "≈: above the lowest ECE that it stands beside by at most the floor at 95%: no difference to be told.";

CalibrationMetrics metrics(double accuracy, double confidence, double ece, double floor_95) {
  auto out = metrics_of(accuracy, ece);
  out.mean_confidence = confidence;
  out.nll = 0.5;
  out.ece_floor = floor_95 / 2;
  out.ece_floor_95 = floor_95;
  out.ece_debiased = ece / 2;
  out.entropy = 0.25;
  return out;
}

/// A student of "big" at one temperature; its teacher is overconfident on test rows and underconfident on training rows.
World::Where student(World& world, int seed, double tau, double test_ece = 0.11) {
  const World::Where where{.kind = StudyKind::kSensitivity, .seed = seed, .axis = "tau", .value = tau};
  auto& record = world.done(where, 0.7);
  record.teacher = test::taught(World::teacher_job(where), 0.80, test_ece, tau);
  record.teacher->as_taught.metrics = metrics(0.80, 0.91, test_ece, 0.012);
  record.teacher->as_taught_in_training = AsTaughtInTraining{metrics(0.99, 0.94 + 0.02 * seed, 0.05, 0.004), 3};
  return where;
}

std::vector<std::string> cells_of(const Row& row) {
  std::vector<std::string> out;
  for (const auto& cell : row.cells) out.push_back(cell.text);
  return out;
}

TEST(TeacherRows, StandBesideEachOtherAndSayWhichTheyAre) {
  World world;
  student(world, 0, 4);
  const auto board = world.board();
  const auto& t = table(board, kTitle);
  std::vector<std::string> titles;
  for (const auto& column : t.columns) titles.push_back(column.title);
  EXPECT_EQ(titles,
            (std::vector<std::string>{"teacher", "dataset", "T", "rows", "accuracy", "confidence", "confidence - accuracy", "ECE",
                                      "ECE floor", "floor at 95%", "debiased ECE", "NLL", "entropy"}));
  ASSERT_EQ(t.rows.size(), 3u);
  EXPECT_EQ(cells_of(t.rows[0]), (std::vector<std::string>{"big", "data", "4.000", "training", "99.00", "94.00", "-5.00", "5.00",
                                                           "0.20", "0.40", "2.50", "0.5000", "0.2500"}));
  EXPECT_EQ(cells_of(t.rows[1]), (std::vector<std::string>{"big", "data", "4.000", "validation", "n/a", "n/a", "n/a", "n/a",
                                                           "n/a", "n/a", "n/a", "n/a", "n/a"}));
  EXPECT_EQ(cells_of(t.rows[2]), (std::vector<std::string>{"big", "data", "4.000", "test", "80.00", "91.00", "+11.00", "11.00",
                                                           "0.60", "1.20", "5.50", "0.5000", "0.2500"}));
}

TEST(TeacherRows, AreMeansOverSeedsForEachTemperature) {
  World world;
  for (const int seed : {0, 1}) {
    for (const double tau : {1.0, 10.0, 2.0}) student(world, seed, tau);
  }
  const auto board = world.board();
  const auto& t = table(board, kTitle);
  ASSERT_EQ(t.rows.size(), 9u);
  EXPECT_EQ(t.rows[0].cells[2].text, "1.000");
  EXPECT_EQ(t.rows[3].cells[2].text, "2.000");
  EXPECT_EQ(t.rows[6].cells[2].text, "10.000");
  EXPECT_EQ(t.rows[0].cells[5].text, "95.00±1.41");  // 94 and 96: sd sqrt(2)
}

TEST(TeacherRows, TakeSeedsWithFittedTemperaturesTogether) {
  World world;
  for (const int seed : {0, 1}) {
    auto& record = world.records.at(World::job_of(student(world, seed, 4)));
    record.teacher->fitted_temperature.emplace().fit.T = seed == 0 ? 1.5 : 1.7;
    record.teacher->as_taught.temperature = 4 * record.teacher->fitted_temperature->fit.T;
  }
  const auto board = world.board();
  const auto& t = table(board, kTitle);
  ASSERT_EQ(t.rows.size(), 3u);
  EXPECT_EQ(t.rows[0].cells[2].text, "6.400");  // (6 + 6.8) / 2
}

TEST(TeacherRows, NameTheStateThatTaughtWhereItIsNotTheLast) {
  World world;
  student(world, 0, 4);
  auto& early = world.records.at(World::job_of(student(world, 0, 2)));
  early.teacher->checkpoint = CheckpointRef{.rule = "min_val_ece"};
  const auto board = world.board();
  const auto& t = table(board, kTitle);
  ASSERT_EQ(t.rows.size(), 6u);
  EXPECT_EQ(t.columns[2].title, "checkpoint");
  EXPECT_EQ(t.rows[0].cells[2].text, "last");
  EXPECT_EQ(t.rows[3].cells[2].text, "min_val_ece");
}

TEST(TeacherRows, PrintNothingKnownOfRecordsOfBefore) {
  World world;
  const World::Where where{.kind = StudyKind::kSensitivity, .axis = "tau", .value = 4};
  world.done(where, 0.7).teacher = test::taught(World::teacher_job(where), 0.80, 0.11, 4);
  const auto board = world.board();
  const auto& t = table(board, kTitle);
  EXPECT_EQ(t.rows[0].cells[4].text, "n/a");
  EXPECT_EQ(t.rows[2].cells[7].text, "11.00");
  EXPECT_EQ(t.rows[2].cells[8].text, "n/a");
  EXPECT_EQ(test::text(table(board, "along tau"), "its ECE on training rows", "4"), "n/a");
}

TEST(SensitivityBoard, SetsTheTeachersTrainingRowsBesideTheTestRows) {
  World world;
  for (const int seed : {0, 1}) student(world, seed, 4);
  const auto board = world.board();
  const auto& t = table(board, "along tau");
  EXPECT_EQ(test::text(t, "teacher's ECE", "4"), "11.00±0.00");
  EXPECT_EQ(test::text(t, "its ECE on training rows", "4"), "5.00±0.00");
  EXPECT_EQ(test::text(t, "its confidence - accuracy on training rows", "4"), "-4.00±1.41");  // 94 - 99 and 96 - 99
}

TEST(SensitivityBoard, MarksEcesThatAreNotAboveTheirFloorOrNotToldFromTheLowest) {
  // Floors of 1.2 %: 1.0 is chance; 2.1 is 1.1 above it; 2.3 is 1.3 above it.
  World world;
  student(world, 0, 1, 0.023);
  student(world, 0, 2, 0.010);
  student(world, 0, 3, 0.021);
  const auto board = world.board();
  const auto& t = table(board, "along tau");
  EXPECT_EQ(test::text(t, "teacher's ECE", "1"), "2.30");
  EXPECT_EQ(test::text(t, "teacher's ECE", "2"), "1.00 °");
  EXPECT_EQ(test::text(t, "teacher's ECE", "3"), "2.10 ≈");
  EXPECT_EQ(std::count(t.notes.begin(), t.notes.end(), kChance), 1);
  EXPECT_EQ(std::count(t.notes.begin(), t.notes.end(), kNear), 1);
}

TEST(TeacherBoard, ComparesTheEcesOfTheTeachersOfOneDataSet) {
  World world;
  const auto teacher = [&](const std::string& name, const std::string& dataset, double ece) {
    auto& record = world.done({.teacher = name, .role = Role::kTeacher, .dataset = dataset}, 0.8);
    record.checkpoints.at("last").test.metrics = metrics(0.8, 0.9, ece, 0.02);
  };
  teacher("a", "data", 0.05);
  teacher("b", "data", 0.06);
  teacher("c", "data", 0.09);
  teacher("d", "other", 0.06);
  const auto board = world.board();
  const auto& t = table(board, "Teachers: accuracy and calibration");
  EXPECT_EQ(test::text(t, "a", "ECE"), "5.00 ± n/a (1)");
  EXPECT_EQ(test::text(t, "b", "ECE"), "6.00 ± n/a (1) ≈");
  EXPECT_EQ(test::text(t, "c", "ECE"), "9.00 ± n/a (1)");
  EXPECT_EQ(test::text(t, "d", "ECE"), "6.00 ± n/a (1)");  // alone on its data set
  EXPECT_EQ(test::text(t, "a", "ECE floor"), "1.00 ± n/a (1)");
  EXPECT_EQ(t.notes.back(), kNear);
}

TEST(EceMarks, AreSetWhereFloorsAreKnown) {
  std::vector<Cell> cells(3, Cell{"x", {}});
  const auto marked = [&](const std::vector<boards::FlooredEce>& eces) {
    for (auto& cell : cells) cell.text = "x";
    boards::mark_eces({&cells[0], &cells[1], &cells[2]}, eces);
    return cells[0].text + "|" + cells[1].text + "|" + cells[2].text;
  };
  EXPECT_EQ(marked({{0.01, 0.02}, {0.02, 0.02}, {0.04, 0.02}}), "x °|x °≈|x");
  EXPECT_EQ(marked({{0.01, {}}, {0.02, {}}, {{}, {}}}), "x|x|x");
  EXPECT_EQ(marked({{0.05, 0.01}, {0.05, 0.01}, {0.07, 0.03}}), "x|x ≈|x ≈");  // by the larger floor of the two
}

TEST(TeacherRows, KeepCalibratorsApart) {
  World world;
  student(world, 0, 4);
  student(world, 0, 4, 0.30);
  auto& calibrated = world.plan.placements.back();
  calibrated.job = "calibrated";
  calibrated.calibrator = "shift";
  world.records["calibrated"] = world.records.at(world.plan.placements.front().job);
  world.records["calibrated"].job = "calibrated";
  world.records[world.plan.placements.front().job].teacher->as_taught.metrics.ece = 0.11;
  const auto board = world.board();
  const auto& t = table(board, kTitle);
  ASSERT_EQ(t.rows.size(), 6u);  // training, validation and test rows of each
  EXPECT_EQ(t.columns[2].title, "calibrator");
  EXPECT_EQ(t.rows[2].cells[2].text, "none");
  EXPECT_EQ(t.rows[5].cells[2].text, "shift");
  const auto ece = [&](std::size_t row) {
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      if (t.columns[i].title == "ECE") return t.rows[row].cells[i].text;
    }
    return std::string();
  };
  EXPECT_EQ(ece(2), "11.00");
  EXPECT_EQ(ece(5), "30.00");
}

}  // namespace
}  // namespace kdbench
