// Steps that rise, for each class against the rest.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-11) << i;
}

// Class 1 by score: 0.1 no, 0.3 yes, 0.4 no, 0.6 yes, 0.8 yes. 1 then 0 violate: pooled to 1/2. So 0, 1/2, 1/2, 1, 1; class 0 is
// the mirror image, and both sum to 1. A score between two is that of the block it is in.
TEST(Isotonic, PoolsAdjacentViolators) {
  const CalibrationRows data{logits_of_two({0.1, 0.3, 0.4, 0.6, 0.8}), at::tensor({0, 1, 0, 1, 1}, torch::kInt64)};
  const auto calibrator = fitted_to(data, "isotonic");
  expect_near(of_class_1(*calibrator, {0.1, 0.3, 0.35, 0.4, 0.7, 0.8}), {0, 0.5, 0.5, 0.5, 1, 1});
}

// Scores of two rows are one: 0.2 has one of two.
TEST(Isotonic, TakesEqualScoresTogether) {
  const CalibrationRows data{logits_of_two({0.2, 0.2, 0.9}), at::tensor({0, 1, 1}, torch::kInt64)};
  expect_near(of_class_1(*fitted_to(data, "isotonic"), {0.2, 0.9}), {0.5, 1});
}

TEST(Isotonic, CalibratesOtherRows) {
  const auto data = drawn_rows(6000, 5, 2.5), others = drawn_rows(4000, 5, 2.5, 2);
  const auto before = said(others.logits, others.labels);
  const auto after = said(applied(*fitted_to(data, "isotonic"), others.logits), others.labels);
  EXPECT_GT(before.ece, 0.15);
  EXPECT_LT(after.ece, 0.04);
  EXPECT_NEAR(after.accuracy, before.accuracy, 0.02);  // predictions may move
}

}  // namespace
}  // namespace kdbench::test
