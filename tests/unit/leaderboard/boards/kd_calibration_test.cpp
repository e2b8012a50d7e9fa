/// The calibration of students beside their methods, by records made by hand.
#include "../fixtures.h"

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using namespace test;

void add_student(World& world, const World::Where& where, double accuracy, double ece, double floor) {
  auto& metrics = world.done(where, accuracy).checkpoints.at("last").test.metrics;
  metrics.ece = ece;
  metrics.ece_floor_95 = floor;
  metrics.mean_confidence = accuracy + ece;
  metrics.nll = 0.5;
}

TEST(StudentCalibration, HasTheMeanEceOfEachMethodOverItsSeeds) {
  World world;
  add_student(world, {.method = "kl", .seed = 0}, 0.70, 0.10, 0.02);
  add_student(world, {.method = "kl", .seed = 1}, 0.72, 0.14, 0.02);
  add_student(world, {.method = "dist", .seed = 0}, 0.71, 0.05, 0.02);
  add_student(world, {.method = "dist", .seed = 1}, 0.71, 0.05, 0.02);
  const auto board = world.board();
  const auto& t = table(board, "calibration of the students");
  EXPECT_EQ(text(t, "kl", "student ECE"), "12.00 ± 2.83 (2)");  // 10 and 14: sd = sqrt(8)
  EXPECT_EQ(text(t, "dist", "student ECE"), "5.00 ± 0.00 (2)");
  EXPECT_EQ(text(t, "kl", "floor at 95%"), "2.00 ± 0.00 (2)");
  EXPECT_EQ(text(t, "dist", "confidence - accuracy"), "+5.00 ± 0.00 (2)");
  EXPECT_EQ(text(t, "kl", "NLL"), "0.5000 ± 0.0000 (2)");
}

TEST(StudentCalibration, MarksEcesThatAreNoMoreThanChance) {
  World world;
  add_student(world, {.method = "kl"}, 0.70, 0.030, 0.02);
  add_student(world, {.method = "dist"}, 0.70, 0.015, 0.02);  // below its floor; 1.5 points below kl, less than the floor
  add_student(world, {.method = "at"}, 0.70, 0.060, 0.02);
  const auto board = world.board();
  const auto& t = table(board, "calibration of the students");
  EXPECT_EQ(text(t, "dist", "student ECE"), "1.50 ± n/a (1) °");
  EXPECT_EQ(text(t, "kl", "student ECE"), "3.00 ± n/a (1) ≈");
  EXPECT_EQ(text(t, "at", "student ECE"), "6.00 ± n/a (1)");
}

TEST(StudentCalibration, ComparesStudentsOfOnePairOnly) {
  World world;
  add_student(world, {.method = "kl", .teacher = "big"}, 0.70, 0.050, 0.02);
  add_student(world, {.method = "kl", .teacher = "huge"}, 0.70, 0.060, 0.02);
  const auto board = world.board();
  for (const auto& row : table(board, "calibration of the students").rows)
    EXPECT_EQ(row.cells.at(3).text.find("≈"), std::string::npos);
}

TEST(StudentCalibration, IsLeftOutWhereNoStudentHasAnEce) {
  World world;
  world.done({.seed = 0}, 0.70);  // its record has an accuracy and no ECE
  world.ended({.seed = 1}, Status::kFailed, "boom");
  const auto board = world.board();
  for (const auto& t : board.tables) EXPECT_EQ(t.title.find("calibration of the students"), std::string::npos) << t.title;
}

TEST(StudentCalibration, SaysOfARecordWithoutFloorThatThereIsNone) {
  World world;
  world.done({.method = "kl"}, 0.70).checkpoints.at("last").test.metrics.ece = 0.05;
  const auto board = world.board();
  EXPECT_EQ(text(table(board, "calibration of the students"), "kl", "floor at 95%"), "n/a");
}

}  // namespace
}  // namespace kdbench
