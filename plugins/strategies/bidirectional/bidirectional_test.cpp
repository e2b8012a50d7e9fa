// Who learns from whom in which turn, and for how long.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(Bidirectional, LetsTheStudentTeachTheTeacherBeforeItLearnsFromIt) {
  // 9 epochs in three parts: labels, first turn, second turn.
  EXPECT_EQ(plan("bidirectional"),
            (Lines{"teacher: large by labels, 20 epochs", "student_on_labels: small by labels, 3 epochs",
                   "teacher_turn1: large by method from student_on_labels, 3 epochs, started from teacher",
                   "student_turn1: small by method from teacher_turn1, 3 epochs, started from student_on_labels",
                   "teacher_turn2: large by method from student_turn1, 3 epochs, started from teacher_turn1",
                   "student: small by method from teacher_turn2, 3 epochs, started from student_turn1"}));
}

TEST(Bidirectional, GivesTheStudentAllItsEpochsWhereTheyDoNotDivideEvenly) {
  std::int64_t of_student = 0, of_teacher_turns = 0;
  for (const auto& stage : stages("bidirectional", {{"turns", std::int64_t{3}}})) {  // 9 = 2 + 2 + 2 + 3
    if (stage.model == "small") of_student += stage.epochs;
    if (stage.id.starts_with("teacher_turn")) of_teacher_turns += stage.epochs;
  }
  EXPECT_EQ(of_student, 9);
  EXPECT_EQ(of_teacher_turns, 2 + 2 + 3);
}

TEST(Bidirectional, TrainsTheStudentAloneWithoutATeacher) {
  auto context = kPair;
  context.teacher.clear();
  EXPECT_EQ(plan("bidirectional", {}, context), (Lines{"student: small by method, 9 epochs"}));
}

TEST(Bidirectional, RefusesMoreTurnsThanThereAreEpochsFor) {
  EXPECT_EQ(
      refused("bidirectional", {{"turns", std::int64_t{9}}}),
      "bidirectional: a student of 9 epochs has none left for each of 'turns' = 9 after one on labels; train it for at least 10");
  EXPECT_EQ(refused("bidirectional", {{"turns", std::int64_t{8}}}), "accepted");
}

}  // namespace
}  // namespace kdbench::test
