// The alpha-beta divergence: its known members, its limits, a gradient by hand, and what the authors' variant changes.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::abkd_loss {
namespace {

/// Teacher (16, 9) / 25, whose roots are (0.8, 0.6); student the other way round.
const torch::Tensor kTeacher = rows({std::log(16.0), std::log(9.0)}, 2), kStudent = kTeacher.flip(1);

double value(double alpha, double beta, const std::string& variant = "paper") {
  return sum_of(terms("abkd", {{"power_alpha", alpha}, {"power_beta", beta}, {"variant", variant}}, output(kStudent),
                      {.teacher = kTeacher}))
      .item<double>();
}

TEST(AbkdLoss, HoldsTheDivergencesThatHaveNames) {
  const double kl = (16 - 9) / 25.0 * std::log(16.0 / 9);  // of two classes exchanged, either way
  EXPECT_NEAR(value(1, 0), kl, 1e-15);
  EXPECT_NEAR(value(0, 1), kl, 1e-15);
  EXPECT_NEAR(value(0.5, 0.5), 2 * 2 * 0.2 * 0.2, 1e-15);            // 2 sum (sqrt p - sqrt q)^2
  EXPECT_NEAR(value(0, 0), std::pow(std::log(16.0 / 9), 2), 1e-15);  // half the squared difference of logarithms
  EXPECT_NEAR(value(1, 1), 2 * 49.0 / 625 / 2, 1e-15);               // half the squared difference
}

TEST(AbkdLoss, TendsToItsLimitsWhereAPowerOrTheirSumIsZero) {
  for (const double a : {0.5, 2.0, -0.7}) {
    EXPECT_NEAR(value(a, 1e-6), value(a, 0), 1e-5) << a;
    EXPECT_NEAR(value(1e-6, a), value(0, a), 1e-5) << a;
    EXPECT_NEAR(value(a, -a + 1e-6), value(a, -a), 1e-5) << a;
  }
}

TEST(AbkdLoss, TakesTheLimitsTimesTheOtherPowerInTheAuthorsVariant) {
  EXPECT_NEAR(value(0.5, 0, "authors"), 0.5 * value(0.5, 0), 1e-15);
  EXPECT_NEAR(value(0, 2, "authors"), 2 * value(0, 2), 1e-15);
  EXPECT_NEAR(value(0.5, -0.5, "authors"), 0.5 * value(0.5, -0.5), 1e-15);
  EXPECT_EQ(value(0.8, 0.3, "authors"), value(0.8, 0.3));
}

TEST(AbkdLoss, HasTheGradientOfHellingersDistance) {
  // 4 - 4 sum sqrt(p q): the sum is 0.96, sqrt(p_k q_k) 0.48, so 2 q_k 0.96 - 2 * 0.48 at class k.
  const auto student = output(kStudent);
  sum_of(terms("abkd", {{"power_alpha", 0.5}, {"power_beta", 0.5}}, student, {.teacher = kTeacher})).backward();
  expect_numbers(student.logits.grad(), {2 * 0.36 * 0.96 - 0.96, 2 * 0.64 * 0.96 - 0.96});
}

TEST(AbkdLoss, StaysFiniteWhereProbabilitiesUnderflow) {
  const auto student = output(rows({-200, 200, 0}, 3).to(torch::kFloat32));
  expect_finite(terms("abkd", {}, student, {.teacher = rows({200, -200, 0}, 3).to(torch::kFloat32)}), student);
}

}  // namespace
}  // namespace kdbench::test::abkd_loss
