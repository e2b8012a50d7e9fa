// The two stages, for methods that prepare the student and for those that prepare their own modules.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(InitialStage, PreparesTheStudentWhichThenLearnsFromTheLabels) {
  EXPECT_EQ(plan("initial_stage"),
            (Lines{"teacher: large by labels, 20 epochs", "initial: small by method from teacher, 2 epochs",
                   "student: small by labels, 9 epochs, started from initial"}));
}

TEST(InitialStage, PreparesTheLossWhichThenTeachesAFreshStudent) {
  EXPECT_EQ(plan("initial_stage", {{"trains", "loss"}, {"epochs", std::int64_t{30}}}),
            (Lines{"teacher: large by labels, 20 epochs", "initial: small by method from teacher, 30 epochs, loss alone",
                   "student: small by method from teacher, 9 epochs, loss from initial"}));
}

TEST(InitialStage, GoesOnByTheLossThatIsNamed) {
  EXPECT_EQ(plan("initial_stage", {{"then", "kl"}})[2], "student: small by kl from teacher, 9 epochs, started from initial");
  EXPECT_EQ(plan("initial_stage", {{"trains", "loss"}, {"then", "ft_fixed"}})[2],
            "student: small by ft_fixed from teacher, 9 epochs, loss from initial");
}

TEST(InitialStage, HasNothingToPrepareWithoutATeacher) {
  auto context = kPair;
  context.teacher.clear();
  EXPECT_EQ(stages("initial_stage", {}, context).size(), 1u);
}

}  // namespace
}  // namespace kdbench::test
