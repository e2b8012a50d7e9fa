// SP: a value and a gradient by hand, widths and sizes that differ, and an image without any activation.
#include <tests/plugins/feature_checks.h>

#include <cmath>

namespace kdbench::test::sp_loss {
namespace {

const ParamValues kOnce{{"weight", 1.0}};

TEST(SpLoss, ComparesRowsOfInnerProducts) {
  // Student (1), (1): products (1, 1; 1, 1), rows (1, 1) / sqrt 2. Teacher orthogonal: rows (1, 0) and (0, 1).
  auto networks = behind_a_stem(numbers({1, 1}, {2, 1, 1, 1}), numbers({5, 0, 0, 2}, {2, 2, 1, 1}));
  const auto found = total("sp", {{"weight", 2.0}}, networks);
  // 2 / 4 * 2 rows * ((1 - r)^2 + r^2), r = 1 / sqrt 2: 1 - 2 r + 2 r^2 = 2 - sqrt 2
  const double root = std::sqrt(2.0);
  EXPECT_NEAR(found.item<double>(), 2 - root, 1e-15);
  found.backward();
  // Both rows have the direction (c, s) of the two images: the loss is 2 - c - s, which is stationary at c = s.
  expect_numbers(networks.student.features.at("f1").grad(), {0, 0});
}

TEST(SpLoss, PullsImagesApartThatTheTeacherKeepsApart) {
  // Student (2), (1): rows (4, 2) and (2, 1), both in the direction (2, 1) / sqrt 5 whatever the two lengths are.
  // Widths differ: 1 and 2 channels, as do the sizes 1 x 1 and 1 x 2.
  auto networks = behind_a_stem(numbers({2, 1}, {2, 1, 1, 1}), numbers({1, 0, 0, 0, 0, 0, 0, 1}, {2, 2, 1, 2}));
  // ((1 - 2r)^2 + r^2 + (2r)^2 + (1 - r)^2) / 4 with r^2 = 1/5: (2 - 6 r + 10 r^2) / 4 = (4 - 6 r) / 4
  const auto found = total("sp", kOnce, networks);
  EXPECT_NEAR(found.item<double>(), 1 - 1.5 / std::sqrt(5.0), 1e-15);
  found.backward();
  // Of images (a, b) it is 1 - (a + b) / (2 rho), rho^2 = a^2 + b^2: d/da = b (a - b) / (2 rho^3), d/db = a (b - a) / (2 rho^3).
  const double cube = 5 * std::sqrt(5.0);
  expect_numbers(networks.student.features.at("f1").grad(), {0.5 / cube, -1 / cube});
}

TEST(SpLoss, TakesTheDeepestMapUnlessToldOtherwise) {
  auto networks = behind_a_stem(numbers({1, 1}, {2, 1, 1, 1}), numbers({1, 0, 0, 1}, {2, 2, 1, 1}));
  const auto same = numbers({1, 2}, {2, 1, 1, 1});
  networks.maps("f2", same, same);
  EXPECT_NEAR(total("sp", kOnce, networks).item<double>(), 0, 1e-15);
  EXPECT_NEAR(total("sp", {{"weight", 1.0}, {"stages", "after_stem"}}, networks).item<double>(), 1 - std::sqrt(2.0) / 2, 1e-15);
}

TEST(SpLoss, OfOneImageIsZero) {
  auto networks = behind_a_stem(numbers({1, 3}, {1, 2, 1, 1}), numbers({2, 5}, {1, 2, 1, 1}));
  const auto found = total("sp", kOnce, networks);
  EXPECT_NEAR(found.item<double>(), 0, 1e-15);
  expect_finite(found, networks);
}

TEST(SpLoss, StaysFiniteForAnImageWithoutActivation) {
  auto networks = behind_a_stem(numbers({0, 0, 1, 2}, {2, 2, 1, 1}), numbers({1, 0, 0, 1}, {2, 2, 1, 1}));
  expect_finite(total("sp", kOnce, networks), networks);
}

}  // namespace
}  // namespace kdbench::test::sp_loss
