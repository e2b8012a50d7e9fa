// Early-stopped teachers and distillation that is switched off, stage by stage, and the epochs that are refused.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(Eskd, ShortensTheTeachersSchedule) {
  EXPECT_EQ(plan("eskd"), (Lines{"teacher: large by labels, 10 epochs", "student: small by method from teacher, 9 epochs"}));
  EXPECT_EQ(plan("eskd", {{"teacher_epochs", std::int64_t{20}}}),
            (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher, 9 epochs"}));
  auto odd = kPair;
  odd.teacher_epochs = 1;
  EXPECT_EQ(plan("eskd", {}, odd)[0], "teacher: large by labels, 1 epochs");
}

TEST(Eskd, TakesAStateOfTheFullSchedule) {
  EXPECT_EQ(plan("eskd", {{"checkpoint", std::int64_t{14}}}),
            (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher at epoch 14, 9 epochs"}));
}

TEST(Eskd, SwitchesDistillationOff) {
  EXPECT_EQ(plan("eskd", {{"kd_end", std::int64_t{6}}}),
            (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher, 9 epochs, KD in [0, 6)"}));
  EXPECT_EQ(plan("eskd", {{"kd_end", std::int64_t{6}}, {"teacher_epochs", std::int64_t{5}}}),
            (Lines{"teacher: large by labels, 5 epochs", "student: small by method from teacher, 9 epochs, KD in [0, 6)"}));
}

TEST(Eskd, RefusesBothKindsAndEpochsThatAreNotThere) {
  EXPECT_EQ(
      refused("eskd", {{"teacher_epochs", std::int64_t{10}}, {"checkpoint", std::int64_t{5}}}),
      "eskd: 'teacher_epochs' (a short schedule) and 'checkpoint' (a state of the full one) exclude each other; remove one");
  EXPECT_EQ(refused("eskd", {{"teacher_epochs", std::int64_t{21}}}),
            "eskd: expected 'teacher_epochs' from 1 to 20, the epochs of the teacher, found 21");
  EXPECT_EQ(refused("eskd", {{"checkpoint", std::int64_t{21}}}),
            "eskd: expected 'checkpoint' from 1 to 20, the epochs of the teacher, found 21");
  EXPECT_EQ(refused("eskd", {{"kd_end", std::int64_t{10}}}),
            "eskd: expected 'kd_end' from 1 to 9, the epochs of the student, found 10");
}

}  // namespace
}  // namespace kdbench::test
