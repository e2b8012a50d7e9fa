// A linear map of log-probabilities, held near a diagonal one.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

/// The classes 0 and 1 of a teacher that confuses them with each other.
torch::Tensor confused(const torch::Tensor& logits) {
  auto map = at::eye(4, torch::kFloat64);
  map[0][1] = map[1][0] = 0.7;
  return logits.log_softmax(1).matmul(map);
}

TEST(Dirichlet, UndoesAMixOfClasses) {
  const auto data = drawn_rows(6000, 4, 1), others = drawn_rows(6000, 4, 1, 2);
  const ParamValues free{{"off_diagonal", 0.0}, {"intercept", 0.0}};
  const auto calibrator = fitted_to({confused(data.logits), data.labels}, "dirichlet", free);
  const auto after = applied(*calibrator, confused(others.logits)).softmax(1), truth = others.logits.softmax(1);
  EXPECT_LT((after - truth).abs().mean().item<double>(), 0.015);  // 6000 labels, 20 numbers
  EXPECT_GT((confused(others.logits).softmax(1) - truth).abs().mean().item<double>(), 0.05);
}

// With a huge weight of what is off the diagonal and of the shift, a diagonal is left: vector scaling of log-probabilities.
TEST(Dirichlet, IsVectorScalingWhereTheRestIsHeldAtZero) {
  const auto data = drawn_rows(2000, 4, 2.5);
  const ParamValues held{{"off_diagonal", 1e9}, {"intercept", 0.0}};
  const auto log_p = data.logits.log_softmax(1);
  const auto after = applied(*fitted_to({log_p, data.labels}, "dirichlet", held), log_p);
  const auto scaled = applied(*fitted_to({log_p, data.labels}, "vector_scaling"), log_p);
  EXPECT_NEAR(said(after, data.labels).nll, said(scaled, data.labels).nll, 1e-5);
}

TEST(Dirichlet, HoldsTheWeightsSmallerTheMoreTheyCost) {
  const auto data = drawn_rows(300, 5, 2.5);
  const auto nll = [&](double weight) {
    const auto calibrator = fitted_to(data, "dirichlet", {{"off_diagonal", weight}, {"intercept", weight}});
    return said(applied(*calibrator, data.logits), data.labels).nll;
  };
  EXPECT_LT(nll(0), nll(0.1));
  EXPECT_LT(nll(0.1), nll(10));
}

}  // namespace
}  // namespace kdbench::test
