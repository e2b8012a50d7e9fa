// OFA: values by hand, its gradient, and logits far apart.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::ofa_loss {
namespace {

const Given kThreeToOne{.teacher = rows({std::log(3.0), 0}, 2), .labels = label_tensor({0})};  // (3/4, 1/4)

TEST(OfaLoss, RaisesTheLabelByAPower) {
  // gamma 2: (3/4 + 1)^2 - 1 = 33/16 for the label, (1/4)^2 = 1/16 for the other, times ln 2 each.
  const auto student = output(rows({0, 0}, 2));
  const auto found = terms("ofa", {{"gamma", 2.0}}, student, kThreeToOne);
  EXPECT_NEAR(sum_of(found).item<double>(), 34.0 / 16 * std::log(2.0), 1e-14);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {17.0 / 16 - 33.0 / 16, 17.0 / 16 - 1.0 / 16});
}

TEST(OfaLoss, IsSoftTargetsWithPowerOne) {
  const auto found = terms("ofa", {{"gamma", 1.0}}, output(rows({std::log(4.0), 0}, 2)), kThreeToOne);
  EXPECT_NEAR(sum_of(found).item<double>(), -0.75 * std::log(0.8) - 0.25 * std::log(0.2), 1e-15);
}

TEST(OfaLoss, DividesEachNetworkByItsOwnTemperature) {
  const Given given{.teacher = rows({2 * std::log(3.0), 0}, 2), .tau_student = 4, .tau_teacher = 2, .labels = label_tensor({1})};
  const auto found = terms("ofa", {{"gamma", 2.0}}, output(rows({4 * std::log(4.0), 0}, 2)), given);
  // Label 1: (3/4)^2 and (1/4 + 1)^2 - 1 = 9/16, both.
  EXPECT_NEAR(sum_of(found).item<double>(), -9.0 / 16 * (std::log(0.8) + std::log(0.2)), 1e-14);
}

TEST(OfaLoss, StaysFiniteWhereProbabilitiesUnderflow) {
  const auto student = output(rows({-200, 200}, 2).to(torch::kFloat32));
  const auto found =
      terms("ofa", {}, student, {.teacher = rows({200, -200}, 2).to(torch::kFloat32), .labels = label_tensor({0})});
  EXPECT_FLOAT_EQ(sum_of(found).item<float>(), static_cast<float>(400 * (std::pow(2.0, 1.5) - 1)));
  expect_finite(found, student);
}

}  // namespace
}  // namespace kdbench::test::ofa_loss
