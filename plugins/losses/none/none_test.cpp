// No distillation: what it asks for and gives is nothing, whatever it is handed.
#include <tests/plugins/loss_checks.h>

namespace kdbench::test {
namespace {

TEST(NoneLoss, ReturnsNoTermsAndNeedsNoTeacher) {
  EXPECT_TRUE(terms("none", {}, output(at::zeros({2, 3})), {}).terms().empty());
  const auto needs = build_loss("none", {}, 3)->needs();
  EXPECT_FALSE(needs.terms);
  EXPECT_FALSE(needs.teacher || needs.teacher_features || needs.teacher_embedding || needs.posterior);
  EXPECT_TRUE(needs.repeatable);
}

TEST(NoneLoss, ReturnsNoTermsBesideATeacherEither) {
  EXPECT_TRUE(terms("none", {}, output(at::zeros({2, 3})), {.teacher = at::zeros({2, 5}), .tau_student = 4}).terms().empty());
}

TEST(NoneLoss, HasNothingToSetAndNothingToTrain) {
  EXPECT_TRUE(built_plugins().losses.at("none").params.empty());
  EXPECT_TRUE(build_loss("none", {}, 3)->parameters().empty());
}

}  // namespace
}  // namespace kdbench::test
