// OFD: the margin by a closed form, a value and a gradient by hand, how stages weigh, and what is declined.
#include <tests/plugins/feature_checks.h>

#include <ATen/ops/full.h>

#include <cmath>

namespace kdbench::test::ofd_loss {
namespace {

/// One channel each behind the stem; the teacher's batch norm has this scale and shift.
TwoNetworks networks_of(const torch::Tensor& student, const torch::Tensor& teacher, double scale, double shift) {
  auto networks = behind_a_stem(student, teacher);
  networks.context.teacher[1].norm = NormAffine{at::full({teacher.size(1)}, scale), at::full({teacher.size(1)}, shift)};
  return networks;
}

double margin(double scale, double shift) {
  const auto map = at::ones({2, 1, 1, 1}, torch::kFloat64);
  const auto loss = build_loss("ofd", {}, networks_of(map, map, scale, shift));
  return loss->named_buffers()["margin_f1"].item<double>();
}

TEST(OfdMargin, IsTheMeanOfTheNegativePartOfAGaussian) {
  // Of N(0, s^2): -s sqrt(2 / pi), whatever the sign of the scale.
  EXPECT_NEAR(margin(2, 0), -2 * std::sqrt(2 / M_PI), 1e-6);
  EXPECT_NEAR(margin(-2, 0), -2 * std::sqrt(2 / M_PI), 1e-6);
  // Of N(1, 1): 1 - phi(1) / Phi(-1) = 1 - 0.2419707 / 0.1586553
  EXPECT_NEAR(margin(1, 1), 1 - 0.2419707 / 0.1586553, 1e-5);
  // Of N(4, 1) fewer than one in a thousand is negative: three deviations.
  EXPECT_NEAR(margin(1, 4), -3, 1e-6);
  // A channel that is constant.
  EXPECT_NEAR(margin(0, -5), -5, 1e-6);
  EXPECT_NEAR(margin(0, 5), 0, 1e-6);
}

TEST(OfdLoss, LeavesAStudentAloneThatIsBelowANegativeTarget) {
  // The connector's convolution is 1; batch norm of (1, -1) has mean 0 and variance 1: (1, -1) / r, r^2 = 1 + 1e-5. The margin is
  // -2 sqrt(2 / pi) = -1.5957691. The teacher's -0.5 and -9: targets -0.5 and the margin. 1 / r is above -0.5: (1 / r + 0.5)^2;
  // -1 / r above the margin: (1.5957691 - 1 / r)^2.
  const auto student = numbers({1, -1}, {2, 1, 1, 1});
  auto networks = networks_of(student, numbers({-0.5, -9}, {2, 1, 1, 1}), 2, 0);
  const auto loss = build_loss("ofd", {{"weight", 2.0}}, networks);
  set_state(*loss, "f1.conv.weight", numbers({1}, {1}));
  const double r = std::sqrt(1 + 1e-5), m = 2 * std::sqrt(2 / M_PI);
  EXPECT_NEAR(total(*loss, networks).item<double>(), 2 * (std::pow(1 / r + 0.5, 2) + std::pow(m - 1 / r, 2)) / 2, 1e-6);
  // Below a target that is negative nothing is asked; a positive target counts from both sides.
  auto below = networks_of(student, numbers({3, -0.5}, {2, 1, 1, 1}), 2, 0);
  const auto found = total(*loss, below);
  EXPECT_NEAR(found.item<double>(), 2 * std::pow(3 - 1 / r, 2) / 2, 1e-13);
}

TEST(OfdLoss, SendsTheGradientThroughTheConnector) {
  // A connector whose batch norm has the scale 0 returns its shift, b = 1; only b moves the loss: (1 - 3)^2 and (1 + 0.5)^2, mean
  // 3.125, d/db = -2 + 1.5.
  auto networks = networks_of(numbers({1, -1}, {2, 1, 1, 1}), numbers({3, -0.5}, {2, 1, 1, 1}), 2, 0);
  const auto loss = build_loss("ofd", {{"weight", 1.0}}, networks);
  set_state(*loss, "f1.bn.weight", numbers({0}, {1}));
  set_state(*loss, "f1.bn.bias", numbers({1}, {1}));
  const auto found = total(*loss, networks);
  EXPECT_NEAR(found.item<double>(), 3.125, 1e-14);
  found.backward();
  expect_numbers(loss->named_parameters()["f1.bn.bias"].grad(), {-0.5});
}

TEST(OfdLoss, CountsEveryStageTwiceAsMuchAsTheOneBefore) {
  const auto student = numbers({1, -1}, {2, 1, 1, 1}), teacher = numbers({3, -0.5}, {2, 1, 1, 1});
  auto networks = networks_of(student, teacher, 2, 0).maps("f2", student, teacher);
  networks.context.teacher[2].norm = networks.context.teacher[1].norm;
  const auto loss = build_loss("ofd", {{"weight", 1.0}}, networks);
  for (const auto* name : {"f1.conv.weight", "f2.conv.weight"}) set_state(*loss, name, numbers({1}, {1}));
  EXPECT_NEAR(total(*loss, networks).item<double>(), 1.5 * std::pow(3 - 1 / std::sqrt(1 + 1e-5), 2) / 2, 1e-13);
}

TEST(OfdLoss, DeclinesTeachersThatDoNotTellTheirBatchNorm) {
  const std::vector<FeatureShape> maps{{"f0", 2, 4, 4}, {"f1", 3, 4, 4}};
  EXPECT_EQ(refusal("ofd", {}, {.student = maps, .teacher = maps}),
            "expected the batch norm before the activation of the teacher's 'f1' [3, 4, 4], which the margin comes from, found "
            "none; use a teacher whose feature_norms() tell it");
}

}  // namespace
}  // namespace kdbench::test::ofd_loss
