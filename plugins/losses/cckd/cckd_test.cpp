// CCKD: values and a gradient by hand, the two kernels, and lengths that do not matter.
#include <tests/plugins/feature_checks.h>

#include <cmath>

namespace kdbench::test::cckd_loss {
namespace {

const ParamValues kBilinear{{"kernel", "bilinear"}, {"normalise", false}, {"embed_width", std::int64_t{0}}, {"weight", 1.0}};

ParamValues changed(ParamValues params, const std::string& key, const ParamValue& value) {
  params[key] = value;
  return params;
}

TEST(CckdLoss, ComparesInnerProductsOfImages) {
  // Student (1), (2): products (1, 2; 2, 4). Teacher (1, 0), (0, 1): (1, 0; 0, 1). Differences (0, 2; 2, 3), squares 17.
  auto networks = TwoNetworks{}.embeddings(numbers({1, 2}, {2, 1}), numbers({1, 0, 0, 1}, {2, 2}));
  const auto found = total("cckd", kBilinear, networks);
  EXPECT_NEAR(found.item<double>(), 17.0 / 4, 1e-15);
  found.backward();
  // d/dx = 4 (K_s - K_t) x / N^2 = (0 * 1 + 2 * 2, 2 * 1 + 3 * 2)
  expect_numbers(networks.student.embedding.grad(), {4, 8});
  networks.student.embedding.mutable_grad() = torch::Tensor();
  EXPECT_NEAR(total("cckd", changed(kBilinear, "squared", false), networks).item<double>(), std::sqrt(17.0) / 4, 1e-15);
}

TEST(CckdLoss, ExpandsTheGaussianKernel) {
  // Unit vectors at right angles: K = e^-1 (1 + <x, y> + <x, y>^2 / 2) at gamma = 0.5: on the diagonal 2.5 / e, elsewhere 1 / e.
  // The teacher's are equal: 2.5 / e everywhere. Two entries differ by 1.5 / e.
  const ParamValues params{{"gamma", 0.5}, {"embed_width", std::int64_t{0}}, {"weight", 1.0}};
  auto networks = TwoNetworks{}.embeddings(numbers({3, 0, 0, 2}, {2, 2}), numbers({1, 4}, {2, 1}));
  const auto found = total("cckd", params, networks);
  EXPECT_NEAR(found.item<double>(), 2 * std::pow(1.5 / std::exp(1.0), 2) / 4, 1e-15);
  found.backward();
  // At the right angle dK/d<x, y> = 1 / e; dL/dK = 2 (-1.5 / e) / 4 for each of both entries, so dL/d<x, y> = -1.5 / e^2;
  // d<x, y>/dx_1 = y / |x| across x: (0, 1) / 3; of the other (1, 0) / 2.
  const double slope = -1.5 / std::exp(2.0);
  expect_numbers(networks.student.embedding.grad(), {0, slope / 3, slope / 2, 0});
}

TEST(CckdLoss, StaysFiniteForEqualNetworksAndAnImageOfZeros) {
  auto equal = TwoNetworks{}.embeddings(numbers({1, 2, 3, 4}, {2, 2}), numbers({1, 2, 3, 4}, {2, 2}));
  expect_finite(total("cckd", changed(kBilinear, "squared", false), equal), equal);
  auto zeros = TwoNetworks{}.embeddings(numbers({0, 0, 3, 4}, {2, 2}), numbers({1, 2, 3, 4}, {2, 2}));
  expect_finite(total("cckd", {}, zeros), zeros);
}

TEST(CckdLoss, DeclinesNetworksWithoutEmbeddings) {
  EXPECT_EQ(refusal("cckd", {}, {.student = {}, .teacher = {}}),
            "expected embeddings, found none of the student; use a model that has one");
}

}  // namespace
}  // namespace kdbench::test::cckd_loss
