// Which networks learn together.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(Dml, LetsTheTeachersModelLearnTogetherWithTheStudent) {
  EXPECT_EQ(plan("dml"), (Lines{"student: small by method beside peer1 large, 9 epochs"}));
}

TEST(Dml, TakesAsManyNetworksAsAreAskedForOfEitherModel) {
  EXPECT_EQ(plan("dml", {{"networks", std::int64_t{3}}, {"peers", "student"}}),
            (Lines{"student: small by method beside peer1 small, peer2 small, 9 epochs"}));
}

TEST(Dml, TrainsTheStudentAloneWhereTheMethodReadsNoOther) {
  auto context = kPair;
  context.teacher.clear();
  const auto alone = stages("dml", {}, context);
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_TRUE(alone[0].peers.empty());
}

}  // namespace
}  // namespace kdbench::test
