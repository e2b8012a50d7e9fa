// Two steps of DOT by hand, and that an optimiser with one momentum then moves by the sum of both.
#include <kdbench/sdk/testing.h>

#include <ATen/ops/allclose.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

constexpr GradientContext kSgd{.num_parameters = 2, .momentum = 0.75};

std::vector<TermGradient> terms(float ce, float kd) { return {{"ce", at::tensor({ce, 0.0f})}, {"kd", at::tensor({kd, 1.0f})}}; }

TEST(Dot, SplitsTheMomentumOfTheOptimiser) {
  const auto policy = plugins().gradient_policy("dot", {{"delta", 0.125}}, kSgd);
  // momentum 0.75 +- 0.125: v_ce 0.625, v_kd 0.875.
  // Step 1: g = (2 + 4, 0 + 1) = (6, 1); v_ce = (2, 0), v_kd = (4, 1).
  EXPECT_EQ(numbers_of(policy->combine({.terms = terms(2, 4)})), (std::vector<double>{6, 1}));
  // Step 2: g = (1 + 1 + 0.125 (4 - 2), 1 + 0.125 (1 - 0)) = (2.25, 1.125), so the optimiser has
  // 0.75 (6, 1) + g = (6.75, 1.875), which is v_ce + v_kd = (0.625 * 2 + 1, 0) + (0.875 * 4 + 1, 0.875 + 1).
  EXPECT_EQ(numbers_of(policy->combine({.terms = terms(1, 1)})), (std::vector<double>{2.25, 1.125}));
}

TEST(Dot, GivesTheOptimiserTheSumOfBothMomentaAtEveryStep) {
  const auto policy = plugins().gradient_policy("dot", {}, kSgd);
  const double m = kSgd.momentum, delta = 0.075;
  auto task = at::zeros({2}, torch::kFloat64), distillation = task.clone(), optimiser = task.clone();
  for (int step = 0; step < 8; ++step) {
    const auto given = terms(static_cast<float>(step) - 2.5f, 1.0f / static_cast<float>(step + 1));
    optimiser = m * optimiser + policy->combine({.terms = given}).to(torch::kFloat64);
    task = (m - delta) * task + given[0].gradient;
    distillation = (m + delta) * distillation + given[1].gradient;
    EXPECT_TRUE(at::allclose(optimiser, task + distillation, 1e-5, 1e-6)) << "step " << step;
  }
}

TEST(Dot, DeclinesAnOptimiserWithoutMomentumAndOneThatWouldGrowForEver) {
  const auto declines = [](double momentum) {
    const GradientContext context{.num_parameters = 0, .momentum = momentum};
    return plugins().gradient_policy("dot", {}, context)->unsupported(context).value_or("accepted");
  };
  EXPECT_EQ(declines(0.9), "accepted");
  EXPECT_EQ(declines(0.0), "it splits the momentum of SGD, and the optimiser has none; set train.momentum");
  EXPECT_EQ(declines(0.95), "momentum +- delta must lie in [0, 1): found 0.950000 +- 0.075000");
}

}  // namespace
}  // namespace kdbench::test
