// NST: a value and a gradient by hand, different numbers of channels, and a channel that is zero.
#include <tests/plugins/feature_checks.h>

namespace kdbench::test::nst_loss {
namespace {

const ParamValues kOnce{{"weight", 1.0}};

TEST(NstLoss, ComparesMeanKernelsOfDirections) {
  // s = (3, 4) / 5 = (0.6, 0.8), t = (1, 0): k(s, s) = k(t, t) = 1, k(s, t) = 0.36.
  auto networks = behind_a_stem(numbers({3, 4}, {1, 1, 1, 2}), numbers({7, 0}, {1, 1, 1, 2}));
  const auto found = total("nst", {{"weight", 3.0}}, networks);
  EXPECT_NEAR(found.item<double>(), 3 * (1 + 1 - 0.72), 1e-14);
  found.backward();
  // Only -2 <s, t>^2 moves: d/ds = -4 * 0.6 (1, 0); through the direction (g - s <s, g>) / 5 with g = (-2.4, 0), <s, g> = -1.44.
  expect_numbers(networks.student.features.at("f1").grad(), {3 * (-2.4 + 0.864) / 5, 3 * 1.152 / 5});
}

TEST(NstLoss, ComparesNetworksOfDifferentNumbersOfChannels) {
  // The student's channels e1, e2, the teacher's e1: k(s, s) averages (1, 0, 0, 1), k(s, t) averages (1, 0).
  auto networks = behind_a_stem(numbers({2, 0, 0, 5}, {1, 2, 1, 2}), numbers({1, 0}, {1, 1, 1, 2}));
  EXPECT_NEAR(total("nst", kOnce, networks).item<double>(), 1 + 0.5 - 2 * 0.5, 1e-15);
}

TEST(NstLoss, IsZeroForTheSameChannelsInAnotherOrder) {
  auto networks = behind_a_stem(numbers({1, 2, 4, 1}, {1, 2, 1, 2}), numbers({4, 1, 1, 2}, {1, 2, 1, 2}));
  EXPECT_NEAR(total("nst", kOnce, networks).item<double>(), 0, 1e-15);
}

TEST(NstLoss, StaysFiniteForAChannelOfZeros) {
  auto networks = behind_a_stem(numbers({0, 0, 1, 2}, {1, 2, 1, 2}), numbers({1, 0, 0, 1}, {1, 2, 1, 2}));
  expect_finite(total("nst", kOnce, networks), networks);
}

TEST(NstLoss, DeclinesNetworksWithoutMaps) {
  EXPECT_EQ(refusal("nst", {}, {.student = {}, .teacher = {}}),
            "expected feature maps, found none of the student; use a model that has them");
}

}  // namespace
}  // namespace kdbench::test::nst_loss
