// VkD: a value and a gradient by hand, and that the projection stays orthogonal whatever an optimiser does to it.
#include <tests/plugins/feature_checks.h>

#include <ATen/ops/allclose.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/randn.h>

#include <cmath>

namespace kdbench::test::vkd_loss {
namespace {

TEST(VkdLoss, ComparesTheProjectionWithTheNormalisedTeacher) {
  // Teacher (1, 3): mean 2, variance 1: (-1, 1) / r, r = sqrt(1 + 1e-5). The identity leaves the student's (-1.5, 3).
  auto networks = TwoNetworks{}.embeddings(numbers({-1.5, 3}, {1, 2}), numbers({1, 3}, {1, 2}));
  const auto loss = build_loss("vkd", {{"weight", 2.0}}, networks);
  set_state(*loss, "projector", at::eye(2, torch::kFloat64));
  const auto found = total(*loss, networks);
  // Distances 0.5 and 2: smooth L1 0.125 and 1.5, their mean 0.8125; eps moves it by about 1e-5.
  EXPECT_NEAR(found.item<double>(), 2 * 0.8125, 2e-5);
  found.backward();
  // 2 / 2 (-0.5, 1): within the distance of 1 the difference itself, beyond its sign
  const auto gradient = networks.student.embedding.grad().flatten();
  EXPECT_NEAR(gradient[0].item<double>(), -0.5, 1e-5);
  EXPECT_NEAR(gradient[1].item<double>(), 1, 1e-15);
}

TEST(VkdLoss, LeadsTheProjectionBackToOrthogonalMatrices) {
  const std::vector<std::pair<std::int64_t, std::int64_t>> shapes{{3, 5}, {5, 3}, {4, 4}};
  for (const auto& [rows, columns] : shapes) {
    auto networks = TwoNetworks{}.embeddings(at::ones({2, columns}, torch::kFloat64), at::ones({2, rows}, torch::kFloat64));
    const auto loss = build_loss("vkd", {}, networks);
    set_state(*loss, "projector", at::randn({rows, columns}, torch::kFloat64));
    expect_finite(total(*loss, networks), networks);
    const auto weight = loss->named_parameters()["projector"].detach();
    const auto small = rows < columns ? weight.mm(weight.t()) : weight.t().mm(weight);
    EXPECT_TRUE(at::allclose(small, at::eye(small.size(0), torch::kFloat64), 0, 1e-14)) << rows << " x " << columns;
    // Once there it stays: the next batch finds the same matrix.
    total(*loss, networks);
    EXPECT_TRUE(at::allclose(loss->named_parameters()["projector"], weight, 0, 1e-14));
  }
}

TEST(VkdLoss, TakesABatchOfOneImageAndATeacherWithoutVariance) {
  auto networks = TwoNetworks{}.embeddings(at::ones({1, 3}, torch::kFloat64), at::ones({1, 4}, torch::kFloat64));
  expect_finite(total("vkd", {}, networks), networks);
}

}  // namespace
}  // namespace kdbench::test::vkd_loss
