// SRD: a value and a gradient by hand, the two terms, networks that agree, and a batch of one.
#include <tests/plugins/feature_checks.h>

#include <ATen/ops/eye.h>

#include <cmath>

namespace kdbench::test::srd_loss {
namespace {

const ParamValues kFeature{{"kl_weight", 0.0}, {"feature_weight", 1.0}};

/// The loss with a projector that changes nothing.
std::shared_ptr<Loss> without_projection(const ParamValues& params, const TwoNetworks& networks) {
  const auto loss = build_loss("srd", params, networks);
  const auto width = networks.context.student_embedding;
  set_state(*loss, "projector.weight", at::eye(width, torch::kFloat64));
  set_state(*loss, "projector.bias", at::zeros({width}, torch::kFloat64));
  return loss;
}

TEST(SrdLoss, IsTheLogarithmOfASumOfPowers) {
  // Student (0, 2, 2, 0) has mean 1 and variance 1, teacher (0, 2, 0, 2) too; eps = 1e-4 divides by r = sqrt(1.0001): normalised
  // (-1, 1, 1, -1) / r and (-1, 1, -1, 1) / r. Two differences of 2 / r.
  auto networks = TwoNetworks{}.embeddings(numbers({0, 2, 2, 0}, {4, 1}), numbers({0, 2, 0, 2}, {4, 1}));
  const auto found = total(*without_projection(kFeature, networks), networks);
  EXPECT_NEAR(found.item<double>(), std::log(2 * 16 / (1.0001 * 1.0001)), 1e-13);
  found.backward();
  // dL/d(normalised) = 4 d^3 / sum d^4 = (0, 0, 1, -1) r, d = +-2 / r. Through the normalisation: (g - mean g - x mean(g x)) / r
  // with mean g = 0 and mean(g x) = 2 / 4: (0.5, -0.5, 0.5, -0.5) up to eps.
  const auto gradient = networks.student.embedding.grad().flatten();
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_NEAR(gradient[i].item<double>(), i % 2 == 0 ? 0.5 : -0.5, 1e-4) << i;
}

TEST(SrdLoss, AddsTheDivergenceOfTheLogits) {
  auto networks = TwoNetworks{}.embeddings(numbers({0, 2, 2, 0}, {4, 1}), numbers({0, 2, 0, 2}, {4, 1}));
  networks.student.logits = at::zeros({4, 2}, torch::kFloat64).requires_grad_(true);
  networks.teacher.logits = numbers({2 * std::log(3.0), 0}, {1, 2}).repeat({4, 1});
  networks.tau = 2;
  const auto found = terms(*without_projection({}, networks), networks).terms();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].first, "feature");
  EXPECT_NEAR(found[0].second.item<double>(), 2 * std::log(32 / (1.0001 * 1.0001)), 1e-13);
  EXPECT_EQ(found[1].first, "kd");
  // p_t = (3/4, 1/4), p_s = (1/2, 1/2): 3/4 ln(3/2) + 1/4 ln(1/2)
  EXPECT_NEAR(found[1].second.item<double>(), 0.75 * std::log(1.5) - 0.25 * std::log(2.0), 1e-15);
}

TEST(SrdLoss, HasAFloorForNetworksThatAgreeAndNothingForOneImage) {
  auto agree = TwoNetworks{}.embeddings(numbers({0, 2, 2, 0}, {4, 1}), numbers({0, 2, 2, 0}, {4, 1}));
  const auto found = total(*without_projection(kFeature, agree), agree);
  EXPECT_NEAR(found.item<double>(), std::log(1e-12), 1e-12);
  expect_finite(found, agree);
  auto one = TwoNetworks{}.embeddings(numbers({1, 2}, {1, 2}), numbers({3, 4}, {1, 2}));
  const auto nothing = total(*without_projection(kFeature, one), one);
  EXPECT_EQ(nothing.item<double>(), 0);
  expect_finite(nothing, one);
}

}  // namespace
}  // namespace kdbench::test::srd_loss
