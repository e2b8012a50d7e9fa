// Who teaches whom, by generation.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(BornAgain, LetsEachGenerationTeachTheNext) {
  EXPECT_EQ(
      plan("born_again"),
      (Lines{"teacher: large by labels, 20 epochs", "generation1: small by method from teacher, 9 epochs",
             "generation2: small by method from generation1, 9 epochs", "student: small by method from generation2, 9 epochs"}));
}

TEST(BornAgain, OfOneGenerationIsTheDirectWay) {
  EXPECT_EQ(plan("born_again", {{"generations", std::int64_t{1}}}), plan("direct"));
}

TEST(BornAgain, TrainsTheStudentAloneWithoutATeacher) {
  auto context = kPair;
  context.teacher.clear();
  EXPECT_EQ(plan("born_again", {}, context), (Lines{"student: small by method, 9 epochs"}));
}

TEST(BornAgain, RefusesNoGeneration) {
  const auto& spec = built_plugins().strategies.at("born_again").params.at(0);
  EXPECT_EQ(check_param(spec, std::int64_t{0}).complaint, "'generations' must be at least 1, found 0");
}

}  // namespace
}  // namespace kdbench::test
