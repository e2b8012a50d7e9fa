// The suite catches losses that are wrong, one mistake each, and passes or skips those that are not.
#include "collected.h"
#include "function_loss.h"

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

using test::Collected;

template <LossTerms (*kForward)(const LossInputs&)>
Collected checks_of() {
  Collected collected;
  check_loss(test::loss_of<kForward>("x"), collected.report());
  return collected;
}

LossTerms right(const LossInputs& in) { return (in.student.logits - in.teacher.logits).square().mean(); }
LossTerms detached(const LossInputs& in) { return (in.student.logits - in.teacher.logits).square().mean().detach(); }
LossTerms half_gradient(const LossInputs& in) {
  const auto gap = in.student.logits - in.teacher.logits;
  return (gap * gap.detach()).mean();
}
LossTerms log_of_softmax(const LossInputs& in) {
  return -(at::softmax(in.teacher.logits, 1) * at::softmax(in.student.logits, 1).log()).sum(1).mean();
}
LossTerms first_row_counts_more(const LossInputs& in) {
  return (in.student.logits - in.teacher.logits).square().mean() + in.student.logits[0].square().sum();
}
LossTerms overwrites_teacher(const LossInputs& in) {
  torch::Tensor teacher = in.teacher.logits;
  return (in.student.logits - teacher.mul_(2)).square().mean();
}
LossTerms not_averaged(const LossInputs& in) { return (in.student.logits - in.teacher.logits).square(); }
LossTerms nothing(const LossInputs&) { return {}; }
LossTerms needs_two_images(const LossInputs& in) {
  if (in.student.logits.size(0) < 2) throw Error("expected 2 images or more, found 1");
  return right(in);
}

TEST(CheckLoss, PassesALossThatIsRight) {
  const auto checks = checks_of<right>();
  checks.expect_all_pass();
  EXPECT_EQ(checks.skipped(), 0u);
  EXPECT_EQ(checks.checks.size(), 14u);  // 3 of declarations, building, and 10 of the loss
}
TEST(CheckLoss, CatchesALossThatIsDetached) { EXPECT_TRUE(checks_of<detached>().failed("sends a gradient to the student")); }
TEST(CheckLoss, CatchesAGradientThatIsNotTheValues) {
  EXPECT_TRUE(checks_of<half_gradient>().failed("has the gradient of finite differences"));
}
TEST(CheckLoss, CatchesALogarithmThatUnderflows) {
  EXPECT_TRUE(checks_of<log_of_softmax>().failed("stays finite for logits of 200, 0, -200"));
}
TEST(CheckLoss, CatchesDependenceOnOrder) {
  EXPECT_TRUE(checks_of<first_row_counts_more>().failed("does not depend on the order of the batch"));
}
TEST(CheckLoss, CatchesAnOverwrittenTeacher) {
  EXPECT_TRUE(checks_of<overwrites_teacher>().failed("sends no gradient to the teacher and overwrites nothing"));
}
TEST(CheckLoss, CatchesTermsThatAreNoNumbers) { EXPECT_TRUE(checks_of<not_averaged>().failed("returns finite 0-dim terms")); }

TEST(CheckLoss, SkipsWhatALossWithoutTermsCannotShow) {
  const auto checks = checks_of<nothing>();
  checks.expect_all_pass();
  EXPECT_EQ(checks.finding("returns finite 0-dim terms"), "skipped: the loss returns no terms: cross-entropy alone");
}

TEST(CheckLoss, TakesARefusalOfOneImageAsAnAnswer) {
  const auto checks = checks_of<needs_two_images>();
  checks.expect_all_pass();
  EXPECT_EQ(checks.checks.at(9).name, "takes a batch of one image, or says why not");
  EXPECT_EQ(checks.checks.at(9).detail, "refused: expected 2 images or more, found 1");
}

}  // namespace
}  // namespace kdbench
