// TTM: a value by hand, and that it is KL with two temperatures.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::ttm_loss {
namespace {

TEST(TtmLoss, MatchesAPowerOfTheTeachersDistribution) {
  // (9, 1) / 10 to the power 1/2 is (3, 1) / 4 once it is normalised; the student has (1/2, 1/2).
  const auto student = output(rows({0, 0}, 2));
  const auto found = terms("ttm", {{"gamma", 0.5}}, student, {.teacher = rows({2 * std::log(3.0), 0}, 2), .tau_student = 4});
  EXPECT_NEAR(sum_of(found).item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5), 1e-15);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {-0.25, 0.25});
}

TEST(TtmLoss, IsKlWithATeachersTemperatureAlone) {
  const auto student = output(rows({1, 2, 0, -1, 0, 0, 3, 1}, 4));
  const auto teacher = rows({2, 1, 0, 0, 1, -1, 2, 0}, 4);
  EXPECT_NEAR(sum_of(terms("ttm", {{"gamma", 0.25}}, student, {.teacher = teacher})).item<double>(),
              sum_of(terms("kl", {}, student, {.teacher = teacher, .tau_teacher = 4})).item<double>(), 1e-15);
}

TEST(TtmLoss, StaysFiniteWhereProbabilitiesUnderflow) {
  const auto student = output(rows({-200, 200}, 2).to(torch::kFloat32));
  expect_finite(terms("ttm", {{"gamma", 2.0}}, student, {.teacher = rows({200, -200}, 2).to(torch::kFloat32)}), student);
}

}  // namespace
}  // namespace kdbench::test::ttm_loss
