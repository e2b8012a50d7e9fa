// The two stages of the plain way, and the one that is left where the method needs no teacher.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(Direct, TrainsTheTeacherOnLabelsThenTheStudentFromIt) {
  EXPECT_EQ(plan("direct"), (Lines{"teacher: large by labels, 20 epochs", "student: small by method from teacher, 9 epochs"}));
}

TEST(Direct, TrainsTheStudentAloneWhereTheMethodNeedsNoTeacher) {
  auto context = kPair;
  context.teacher.clear();
  const auto alone = stages("direct", {}, context);
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_EQ(alone[0].id, "student");
  EXPECT_EQ(alone[0].loss, StageLoss::kMethod);
  EXPECT_FALSE(alone[0].teacher);
}

TEST(Direct, AsksForNothingButTheTwoEnds) {
  EXPECT_TRUE(built_plugins().strategies.at("direct").params.empty());
  auto bare = kPair;
  bare.models.clear();
  EXPECT_EQ(plan("direct", {}, bare), plan("direct"));
}

}  // namespace
}  // namespace kdbench::test
