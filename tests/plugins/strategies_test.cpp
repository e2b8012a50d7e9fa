// What every built-in strategy does.
#include "strategy_checks.h"

#include <kdbench/worker/conformance/conformance.h>

namespace kdbench::test {
namespace {

class EveryStrategy : public testing::TestWithParam<std::string> {};

TEST_P(EveryStrategy, TrainsTheStudentAloneWhereTheMethodNeedsNoTeacher) {
  auto context = kPair;
  context.teacher.clear();
  EXPECT_EQ(plan(GetParam(), {}, context), (Lines{"student: small by method, 9 epochs"}));
}

TEST_P(EveryStrategy, PassesConformance) {
  int checks = 0;
  check_strategy(built_plugins().strategies.at(GetParam()), [&](const Check& check) {
    EXPECT_TRUE(check.ok && !check.skipped) << check.name << ": " << check.detail;
    ++checks;
  });
  EXPECT_GT(checks, 4);
}

TEST_P(EveryStrategy, SaysWhatItDoesAndFromWhere) {
  const auto& about = built_plugins().strategies.at(GetParam()).about;
  EXPECT_NE(about.summary, "");
  EXPECT_NE(about.formula, "");
  EXPECT_NE(about.source, "");
}

INSTANTIATE_TEST_SUITE_P(All, EveryStrategy,
                         testing::Values("direct", "takd", "eskd", "label_smoothing_teacher", "temperature_scaled_teacher",
                                         "checkpoint_selection", "residual_kd", "hint_then_kd", "born_again", "bidirectional",
                                         "dml", "initial_stage", "multi_teacher", "my_strategy"));

}  // namespace
}  // namespace kdbench::test
