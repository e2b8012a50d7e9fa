// WTTM: the weight of an image by hand, its gradient, and powers that make it TTM.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::wttm_loss {
namespace {

TEST(WttmLoss, WeighsAnImageByTheSumOfThePowers) {
  // (9, 1) / 10 to the power 1/2 is (3, 1) / sqrt 10, which sums to 4 / sqrt 10.
  const auto student = output(rows({0, 0}, 2));
  const auto found = terms("wttm", {{"gamma", 0.5}}, student, {.teacher = rows({2 * std::log(3.0), 0}, 2), .tau_student = 4});
  const double weight = 4 / std::sqrt(10.0);
  EXPECT_NEAR(sum_of(found).item<double>(), weight * (0.75 * std::log(1.5) + 0.25 * std::log(0.5)), 1e-15);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {-weight / 4, weight / 4});
}

TEST(WttmLoss, CountsAnImageOneToTheNumberOfClasses) {
  // A power near 0 of K equal probabilities sums to K^(1 - gamma); of a certain teacher to 1. Against TTM of the same image.
  const auto ratio = [](const torch::Tensor& teacher, double gamma) {
    const auto student = output(rows({1, 2, 0, 5}, 4));
    return sum_of(terms("wttm", {{"gamma", gamma}}, student, {.teacher = teacher})).item<double>() /
           sum_of(terms("ttm", {{"gamma", gamma}}, student, {.teacher = teacher})).item<double>();
  };
  EXPECT_NEAR(ratio(rows({1, 1, 1, 1}, 4), 0.5), 2, 1e-14);  // 4 * sqrt(1/4)
  EXPECT_NEAR(ratio(rows({300, 0, 0, 0}, 4), 0.5), 1, 1e-14);
  EXPECT_NEAR(ratio(rows({1, 2, 3, 4}, 4), 1), 1, 1e-14);
}

TEST(WttmLoss, StaysFiniteWhereProbabilitiesUnderflow) {
  const auto student = output(rows({-200, 200}, 2).to(torch::kFloat32));
  expect_finite(terms("wttm", {}, student, {.teacher = rows({200, -200}, 2).to(torch::kFloat32)}), student);
}

}  // namespace
}  // namespace kdbench::test::wttm_loss
