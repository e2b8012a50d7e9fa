// Mean squared error between logits: value and gradient by hand, and what it does not see.
#include <tests/plugins/loss_checks.h>

namespace kdbench::test::logit_mse_loss {
namespace {

TEST(LogitMseLoss, IsTheMeanSquareOverImagesAndClasses) {
  const auto student = output(rows({1, 2, 0, -1}, 2));
  const auto found = terms("logit_mse", {}, student, {.teacher = rows({1, 0, 0, 1}, 2)});
  EXPECT_DOUBLE_EQ(sum_of(found).item<double>(), (0 + 4 + 0 + 4) / 4.0);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {0, 1, 0, -1});  // 2 (s - t) / 4
}

TEST(LogitMseLoss, ReadsNoTemperature) {
  const auto student = output(rows({1, 2, 0, -1}, 2));
  const auto teacher = rows({1, 0, 0, 1}, 2);
  EXPECT_TRUE(sum_of(terms("logit_mse", {}, student, {.teacher = teacher, .tau_student = 4, .tau_teacher = 4}))
                  .equal(sum_of(terms("logit_mse", {}, student, {.teacher = teacher}))));
}

TEST(LogitMseLoss, RefusesTeachersOfOtherClasses) {
  // Without the check [3, 1] would be repeated over the classes.
  EXPECT_EQ(complaint([] {
              terms("logit_mse", {}, output(at::zeros({3, 4})), {.teacher = at::zeros({3, 1})});
            }),
            "logit_mse: expected student and teacher logits of one shape, found [3, 4] and [3, 1]; both networks need the data "
            "set's classes");
}

}  // namespace
}  // namespace kdbench::test::logit_mse_loss
