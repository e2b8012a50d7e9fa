// AT: a value and a gradient by hand, maps of two sizes, and maps that are zero.
#include <tests/plugins/feature_checks.h>

namespace kdbench::test::at_loss {
namespace {

const ParamValues kOnce{{"weight", 1.0}};

TEST(AtLoss, IsTheMeanSquareBetweenDirections) {
  // With p = 1 and one channel the student's direction is (9, 12) / 15 = (0.6, 0.8), the teacher's (1, 0).
  auto networks = behind_a_stem(numbers({9, 12}, {1, 1, 1, 2}), numbers({5, 0}, {1, 1, 1, 2}));
  const auto found = total("at", {{"weight", 2.0}, {"p", 1.0}}, networks);
  // 2 * mean (0.4^2, 0.8^2) = 0.16 + 0.64
  EXPECT_NEAR(found.item<double>(), 0.8, 1e-15);
  found.backward();
  // dL/dA = 2 (A - A_t) = (-0.8, 1.6); through a / |a|: (g - A <A, g>) / |a| with <A, g> = -0.48 + 1.28 = 0.8:
  // (-0.8 - 0.48, 1.6 - 0.64) / 15
  expect_numbers(networks.student.features.at("f1").grad(), {-1.28 / 15, 0.96 / 15});
}

TEST(AtLoss, AveragesThePowerOverTheChannels) {
  // Channels (3, 0) and (4, 0) at two places: squares 9 and 16, mean (12.5, 0), direction (1, 0); the teacher's (0, 1).
  auto networks = behind_a_stem(numbers({3, 0, 4, 0}, {1, 2, 1, 2}), numbers({0, -7}, {1, 1, 1, 2}));
  EXPECT_NEAR(total("at", kOnce, networks).item<double>(), (1.0 + 1.0) / 2, 1e-15);
}

TEST(AtLoss, PoolsTheLargerMap) {
  // (1, 3, 0, 4) in 2 x 2 pooled to its mean 2: one place has the direction (1) whatever it holds.
  auto networks = behind_a_stem(numbers({1, 3, 0, 4}, {1, 1, 2, 2}), numbers({9}, {1, 1, 1, 1}));
  EXPECT_NEAR(total("at", kOnce, networks).item<double>(), 0, 1e-15);
}

TEST(AtLoss, StaysFiniteForAMapOfZeros) {
  auto networks = behind_a_stem(at::zeros({2, 3, 2, 2}, torch::kFloat64), at::ones({2, 3, 2, 2}, torch::kFloat64));
  // Every place of the teacher's has 1 / sqrt(4): mean 1/4.
  const auto found = total("at", kOnce, networks);
  EXPECT_NEAR(found.item<double>(), 0.25, 1e-15);
  expect_finite(found, networks);
}

TEST(AtLoss, DeclinesNetworksWithoutMapsBehindTheStem) {
  const std::vector<FeatureShape> stem{{"f0", 4, 8, 8}};
  EXPECT_EQ(refusal("at", {}, {.student = stem, .teacher = stem}),
            "expected feature maps behind the stem's, found one map alone; use a deeper model");
  EXPECT_EQ(refusal("at", {}, {.student = stem, .teacher = {}}),
            "expected feature maps, found none of the teacher; use a model that has them");
}

}  // namespace
}  // namespace kdbench::test::at_loss
