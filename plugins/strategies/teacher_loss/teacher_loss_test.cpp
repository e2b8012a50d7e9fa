// By what the teacher is trained, and what is refused.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(TeacherLoss, TrainsTheTeacherByTheNamedLossAndTheStudentByTheMethod) {
  EXPECT_EQ(plan("teacher_loss", {{"loss", "focal_alone"}}),
            (Lines{"teacher: large by focal_alone, 20 epochs", "student: small by method from teacher, 9 epochs"}));
}

TEST(TeacherLoss, TrainsTheStudentAloneWithoutATeacher) {
  auto context = kPair;
  context.teacher.clear();
  EXPECT_EQ(plan("teacher_loss", {{"loss", "focal_alone"}}, context), (Lines{"student: small by method, 9 epochs"}));
}

TEST(TeacherLoss, AsksForALoss) {
  EXPECT_EQ(refused("teacher_loss", {}),
            "teacher_loss: expected the name of a [losses.NAME] in 'loss', found none; write loss = \"focal\"");
}

}  // namespace
}  // namespace kdbench::test
