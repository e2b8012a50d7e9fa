// NormKD: a value by hand, what the scale of either network does, and rows without variance.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::normkd_loss {
namespace {

double value(const torch::Tensor& student, const torch::Tensor& teacher, double tau_student = 2, double tau_teacher = 2) {
  return sum_of(
             terms("normkd", {}, output(student), {.teacher = teacher, .tau_student = tau_student, .tau_teacher = tau_teacher}))
      .item<double>();
}

TEST(NormKdLoss, DividesRowsByTheirDeviationAndWeighsImagesByTheTeachersVariance) {
  // (a, -a) has the variance 2 a^2: (1, -1) and (-3, 3) become (1, -1) / sqrt 2 and its opposite, at temperature 1
  // p = sigmoid(sqrt 2) and 1 - p: KL = (2 p - 1) ln(p / (1 - p)), times the teacher's variance of 2.
  const double p = 1 / (1 + std::exp(-std::sqrt(2.0)));
  EXPECT_NEAR(value(rows({-3, 3}, 2), rows({1, -1}, 2), 1, 1), 2 * (2 * p - 1) * std::sqrt(2.0), 1e-14);
}

TEST(NormKdLoss, SeesTheScaleOfTheTeacherAloneAndOnlyAsAWeight) {
  const auto student = rows({1, 2, 0, -1}, 4), teacher = rows({2, 1, 0, 0}, 4);
  const double once = value(student, teacher);
  EXPECT_NEAR(value(5 * student + 3, teacher), once, 1e-14);
  EXPECT_NEAR(value(student, 3 * teacher), 9 * once, 1e-13);
}

TEST(NormKdLoss, IsKlAtTheMultiplesOfTheDeviations) {
  const auto student = rows({1, 0, -1}, 3), teacher = rows({6, 2, 4}, 3);  // deviations 1 and 2
  const auto kl = terms("kl", {}, output(student), {.teacher = teacher, .tau_student = 3 * 1, .tau_teacher = 4 * 2});
  EXPECT_NEAR(value(student, teacher, 3, 4), 4 * sum_of(kl).item<double>(), 1e-15);
}

TEST(NormKdLoss, StaysFiniteOnConstantRows) {
  const auto student = output(at::full({2, 4}, 3.0f));
  expect_finite(
      terms("normkd", {}, student, {.teacher = at::tensor({2.0f, 1.0f, 0.0f, 0.0f, 1.0f, 1.0f, 1.0f, 1.0f}).view({2, 4})}),
      student);
}

}  // namespace
}  // namespace kdbench::test::normkd_loss
