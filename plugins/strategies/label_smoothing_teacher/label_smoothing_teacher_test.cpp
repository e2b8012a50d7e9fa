// Whose labels are smoothed and by how much.
#include <tests/plugins/strategy_checks.h>

namespace kdbench::test {
namespace {

TEST(LabelSmoothingTeacher, SmoothsTheTeachersLabelsOnly) {
  EXPECT_EQ(plan("label_smoothing_teacher"),
            (Lines{"teacher: large by labels, 20 epochs, smoothed by 0.1", "student: small by method from teacher, 9 epochs"}));
  EXPECT_EQ(plan("label_smoothing_teacher", {{"epsilon", 0.3}})[0], "teacher: large by labels, 20 epochs, smoothed by 0.3");
}

TEST(LabelSmoothingTeacher, RefusesSharesThatLeaveOneKindOfLabelOnly) {
  const auto& spec = built_plugins().strategies.at("label_smoothing_teacher").params.at(0);
  EXPECT_EQ(check_param(spec, 0.3).complaint, "");
  EXPECT_EQ(check_param(spec, 0.0).complaint, "'epsilon' must be at least 0.001, found 0");
  EXPECT_EQ(check_param(spec, 1.0).complaint, "'epsilon' must be at most 0.999, found 1");
}

}  // namespace
}  // namespace kdbench::test
