// Which network is added to which, how deep, and models that are not there.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(ResidualKd, AddsNetworksToTheSumSoFar) {
  EXPECT_EQ(plan("residual_kd"), (Lines{"teacher: large by labels, 20 epochs", "base: small by method from teacher, 9 epochs",
                                        "student: small by method from teacher, 9 epochs, added to base"}));
  EXPECT_EQ(plan("residual_kd", {{"residual", "tiny"}, {"depth", std::int64_t{3}}}),
            (Lines{"teacher: large by labels, 20 epochs", "base: small by method from teacher, 9 epochs",
                   "residual1: tiny by method from teacher, 9 epochs, added to base",
                   "residual2: tiny by method from teacher, 9 epochs, added to residual1",
                   "student: tiny by method from teacher, 9 epochs, added to residual2"}));
}

TEST(ResidualKd, RefusesAModelThatIsNotThere) {
  EXPECT_EQ(refused("residual_kd", {{"residual", "tony"}}),
            "residual_kd: residual 'tony' is no [models.NAME] of the suite; did you mean 'tiny'?");
}

TEST(ResidualKd, TakesTheNumberOfNetworksFromOneToSixteen) {
  const auto& spec = built_plugins().strategies.at("residual_kd").params.at(1);
  EXPECT_EQ(check_param(spec, std::int64_t{16}).complaint, "");
  EXPECT_EQ(check_param(spec, std::int64_t{0}).complaint, "'depth' must be at least 1, found 0");
  EXPECT_EQ(check_param(spec, std::int64_t{17}).complaint, "'depth' must be at most 16, found 17");
  // the teacher, the base, and a stage each
  EXPECT_EQ(stages("residual_kd", {{"depth", std::int64_t{16}}}).size(), 18u);
}

}  // namespace
}  // namespace kdbench::test
