// Which of the two stages is by the method under study, and where the second one starts.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(HintThenKd, GivesTheHintByTheMethodUnderStudy) {
  EXPECT_EQ(plan("hint_then_kd"), (Lines{"teacher: large by labels, 20 epochs", "hint: small by method from teacher, 2 epochs",
                                         "student: small by kl from teacher, 9 epochs, started from hint"}));
  EXPECT_EQ(plan("hint_then_kd", {{"then", "dist"}, {"hint_epochs", std::int64_t{5}}}),
            (Lines{"teacher: large by labels, 20 epochs", "hint: small by method from teacher, 5 epochs",
                   "student: small by dist from teacher, 9 epochs, started from hint"}));
}

TEST(HintThenKd, StudiesTheSecondStageWhereTheHintIsNamed) {
  EXPECT_EQ(plan("hint_then_kd", {{"hint", "fitnet"}}),
            (Lines{"teacher: large by labels, 20 epochs", "hint: small by fitnet from teacher, 2 epochs",
                   "student: small by method from teacher, 9 epochs, started from hint"}));
  EXPECT_EQ(refused("hint_then_kd", {{"hint", "fitnet"}, {"then", "kl"}}),
            "hint_then_kd: 'then' (the method under study gives the hint) and 'hint' (it is the second stage) exclude each "
            "other; remove one");
}

TEST(HintThenKd, HintsForAnEighthOfTheStudentsEpochsRoundedUp) {
  for (const auto& [epochs, hint] : {std::pair{1, 1}, std::pair{8, 1}, std::pair{9, 2}, std::pair{240, 30}}) {
    auto context = kPair;
    context.student_epochs = epochs;
    EXPECT_EQ(stages("hint_then_kd", {}, context)[1].epochs, hint) << epochs;
  }
}

}  // namespace
}  // namespace kdbench::test
