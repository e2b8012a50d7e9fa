// PKT: a value and a gradient by hand, embeddings of two widths, and an image without a direction.
#include <tests/plugins/feature_checks.h>

#include <cmath>

namespace kdbench::test::pkt_loss {
namespace {

const ParamValues kOnce{{"weight", 1.0}};

TEST(PktLoss, IsTheDivergenceBetweenNeighbourhoods) {
  // Student at right angles: kernel (1, 1/2; 1/2, 1), rows (2/3, 1/3). Teacher's images coincide in direction: rows (1/2, 1/2).
  auto networks = TwoNetworks{}.embeddings(numbers({3, 0, 0, 2}, {2, 2}), numbers({1, 4}, {2, 1}));
  const auto found = total("pkt", kOnce, networks);
  // 2 rows of 1/2 ln(3/4) + 1/2 ln(3/2) = 1/2 ln(9/8), over 4 entries; eps moves it by about 1e-7.
  EXPECT_NEAR(found.item<double>(), std::log(9.0 / 8) / 4, 1e-6);
  found.backward();
  // With c the cosine: s_12 = (1 + c) / (3 + c), each row's loss -1/2 ln s_11 - 1/2 ln s_12 + ...: d/dc of ln(3 + c) - 1/2 ln 2 -
  // 1/2 ln(1 + c) at c = 0 is 1/3 - 1/2 = -1/6; two rows over four entries: -1/12. dc/dx_1 = (0, 1) / 3, dc/dx_2 = (1, 0) / 2.
  const auto gradient = networks.student.embedding.grad().flatten();
  EXPECT_NEAR(gradient[1].item<double>(), -1.0 / 36, 1e-6);
  EXPECT_NEAR(gradient[2].item<double>(), -1.0 / 24, 1e-6);
}

TEST(PktLoss, IsZeroForEqualDirectionsAndForOneImage) {
  auto networks = TwoNetworks{}.embeddings(numbers({1, 2, 3, 1}, {2, 2}), numbers({10, 20, 6, 2}, {2, 2}));
  EXPECT_NEAR(total("pkt", kOnce, networks).item<double>(), 0, 1e-8);
  auto one = TwoNetworks{}.embeddings(numbers({1, 2}, {1, 2}), numbers({5, 1, 1}, {1, 3}));
  const auto found = total("pkt", kOnce, one);
  EXPECT_NEAR(found.item<double>(), 0, 1e-15);
  expect_finite(found, one);
}

TEST(PktLoss, StaysFiniteForAnImageOfZerosAndOneOfTheOppositeDirection) {
  auto zeros = TwoNetworks{}.embeddings(numbers({0, 0, 1, 2}, {2, 2}), numbers({1, 0, 0, 1}, {2, 2}));
  expect_finite(total("pkt", kOnce, zeros), zeros);
  auto opposite = TwoNetworks{}.embeddings(numbers({1, 2, -1, -2}, {2, 2}), numbers({1, 0, 0, 1}, {2, 2}));
  expect_finite(total("pkt", kOnce, opposite), opposite);
}

TEST(PktLoss, DeclinesNetworksWithoutEmbeddings) {
  EXPECT_EQ(refusal("pkt", {}, {.student = {}, .teacher = {}, .student_embedding = 4}),
            "expected embeddings, found none of the teacher; use a model that has one");
}

}  // namespace
}  // namespace kdbench::test::pkt_loss
