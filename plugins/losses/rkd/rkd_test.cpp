// RKD: distances and angles of three images by hand, batches of one and two, and images that coincide.
#include <tests/plugins/feature_checks.h>

#include <ATen/ops/arange.h>

#include <cmath>

namespace kdbench::test::rkd_loss {
namespace {

const ParamValues kDistance{{"distance_weight", 1.0}, {"angle_weight", 0.0}};
const ParamValues kAngle{{"distance_weight", 0.0}, {"angle_weight", 1.0}};

TEST(RkdLoss, ComparesDistancesByTheirMean) {
  // Student at 0, 1, 2 on a line: distances 1, 1, 2, mean 4/3, so 3/4, 3/4, 3/2. Teacher at 0, 2, 1: 2, 1, 1, so 3/2, 3/4, 3/4.
  auto networks = TwoNetworks{}.embeddings(numbers({0, 1, 2}, {3, 1}), numbers({0, 2, 1}, {3, 1}));
  const auto found = total("rkd", kDistance, networks);
  // The pairs (0, 1) and (0, 2) differ by 3/4: h = 9/32 each, both ways, over 9 entries.
  EXPECT_NEAR(found.item<double>(), 4 * (9.0 / 32) / 9, 1e-15);
  found.backward();
  // dL/dd_01 = -3/4 * 2/9 = -1/6, dL/dd_02 = 1/6, through d / mean: (g_p - mean_p(g d)) / (4/3), where the mean over the pairs
  // of g d is (-1/6 * 3/4 + 1/6 * 3/2) / 3 = 1/24: d_01 -5/32, d_12 -1/32, d_02 3/32. Moving x_0 to the right shortens d_01 and
  // d_02, and so on.
  expect_numbers(networks.student.embedding.grad(), {2.0 / 32, -4.0 / 32, 2.0 / 32});
}

TEST(RkdLoss, ComparesCosinesOfAngles) {
  // Student: a right angle at 0 between (1, 0) and (0, 1), 45 degrees at both others. Teacher on a line: 0 degrees at the ends
  // (cosine 1), 180 at the middle, image 0 (cosine -1).
  auto networks = TwoNetworks{}.embeddings(numbers({0, 0, 1, 0, 0, 1}, {3, 2}), numbers({0, -1, 1}, {3, 1}));
  const double at_ends = 1 - std::sqrt(0.5);
  // At image 0 the cosines differ by 1, where smooth L1 turns linear: 1/2; at the others by less: half the square.
  EXPECT_NEAR(total("rkd", kAngle, networks).item<double>(), 2 * (0.5 + at_ends * at_ends) / 27, 1e-15);
}

TEST(RkdLoss, HasATermForEachRelation) {
  auto networks = TwoNetworks{}.embeddings(numbers({0, 1, 3}, {3, 1}), numbers({0, 2, 1}, {3, 1}));
  const auto loss = build_loss("rkd", {}, networks);
  const auto found = terms(*loss, networks).terms();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].first, "distance");
  EXPECT_EQ(found[1].first, "angle");
  EXPECT_NEAR(found[0].second.item<double>(), 25 * total("rkd", kDistance, networks).item<double>(), 1e-14);
  EXPECT_NEAR(found[1].second.item<double>(), 50 * total("rkd", kAngle, networks).item<double>(), 1e-14);
}

TEST(RkdLoss, OfOneOrTwoImagesIsZero) {
  for (const std::int64_t rows : {1, 2}) {
    auto networks = TwoNetworks{}.embeddings(at::arange(2 * rows, torch::kFloat64).view({rows, 2}) + 1,
                                             at::arange(3 * rows, torch::kFloat64).view({rows, 3}).square());
    const auto found = total("rkd", {}, networks);
    EXPECT_NEAR(found.item<double>(), 0, 1e-15) << rows;
    expect_finite(found, networks);
  }
}

TEST(RkdLoss, StaysFiniteForImagesThatCoincide) {
  auto networks = TwoNetworks{}.embeddings(numbers({1, 2, 1, 2, 3, 4}, {3, 2}), numbers({1, 2, 4, 2, 3, 4}, {3, 2}));
  expect_finite(total("rkd", {}, networks), networks);
  auto all = TwoNetworks{}.embeddings(at::ones({3, 2}, torch::kFloat64), numbers({1, 2, 4, 2, 3, 4}, {3, 2}));
  expect_finite(total("rkd", {}, all), all);
}

}  // namespace
}  // namespace kdbench::test::rkd_loss
