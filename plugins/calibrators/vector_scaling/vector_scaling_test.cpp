// A factor and a shift for each class.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

TEST(VectorScaling, UndoesAFactorAndAShiftOfEveryClass) {
  const auto data = drawn_rows(6000, 4, 1), others = drawn_rows(6000, 4, 1, 2);
  const auto factor = at::tensor({2.0, 1.0, 0.5, 1.5}, torch::kFloat64),
             shift = at::tensor({1.0, 0.0, -1.0, 0.5}, torch::kFloat64);
  const auto calibrator = fitted_to({data.logits * factor + shift, data.labels}, "vector_scaling");
  const auto moved = others.logits * factor + shift;
  const auto after = applied(*calibrator, moved).softmax(1), truth = others.logits.softmax(1);
  EXPECT_LT((after - truth).abs().mean().item<double>(), 0.01);  // 6000 labels, 8 numbers
  EXPECT_GT((moved.softmax(1) - truth).abs().mean().item<double>(), 0.1);
}

// At the least mean NLL its slopes are 0: in b the mean of p - y, in w that of (p - y) z.
TEST(VectorScaling, IsWhereTheSlopesVanish) {
  const auto data = drawn_rows(500, 5, 2.5);
  const auto p = applied(*fitted_to(data, "vector_scaling"), data.logits).softmax(1);
  const auto residual = p - at::one_hot(data.labels, 5).to(torch::kFloat64);
  EXPECT_LT(residual.mean(0).abs().max().item<double>(), 1e-6);
  EXPECT_LT((residual * data.logits).mean(0).abs().max().item<double>(), 1e-6);
}

TEST(VectorScaling, MayMovePredictions) {
  const auto data = drawn_rows(2000, 4, 1);
  const auto moved = data.logits + at::tensor({3.0, 0.0, 0.0, 0.0}, torch::kFloat64);
  const auto after = applied(*fitted_to({moved, data.labels}, "vector_scaling"), moved);
  EXPECT_GT(said(after, data.labels).accuracy, said(moved, data.labels).accuracy + 0.05);
}

}  // namespace
}  // namespace kdbench::test
