// The temperature that is fitted, and what it does.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::test {
namespace {

// Two classes with logits (1, 0), right in 3 of 4 rows: softmax(1 / T) = 3/4 where 1 / T = ln 3.
TEST(Temperature, IsTheOneWhoseConfidenceIsTheAccuracy) {
  const CalibrationRows data{rows({1, 0, 1, 0, 1, 0, 1, 0}, 2), at::tensor({0, 0, 0, 1}, torch::kInt64)};
  const auto calibrator = fitted_to(data, "temperature");
  EXPECT_NEAR(calibrator->fitted().at("temperature"), 1 / std::log(3.0), 1e-12);
  EXPECT_NEAR(applied(*calibrator, data.logits)[0][0].item<double>(), std::log(3.0), 1e-12);
}

TEST(Temperature, FindsHowOverConfidentATeacherIs) {
  const auto fitted_on = drawn_rows(4000, 5, 2.5), others = drawn_rows(4000, 5, 2.5, 2);
  const auto calibrator = fitted_to(fitted_on, "temperature");
  EXPECT_NEAR(calibrator->fitted().at("temperature"), 2.5, 0.1);  // 4000 labels
  const auto before = said(others.logits, others.labels), after = said(applied(*calibrator, others.logits), others.labels);
  EXPECT_GT(before.ece, 0.15);
  EXPECT_LT(after.ece, 0.03);
  EXPECT_EQ(after.accuracy, before.accuracy);
  EXPECT_LT(after.nll, before.nll);
}

TEST(Temperature, StaysInItsRangeWhereEveryPredictionIsRightOrWrong) {
  const auto data = rows({2, 0, 0, 2}, 2);
  EXPECT_NEAR(fitted_to({data, at::tensor({0, 1}, torch::kInt64)}, "temperature")->fitted().at("temperature"), 1e-3, 1e-12);
  EXPECT_NEAR(fitted_to({data, at::tensor({1, 0}, torch::kInt64)}, "temperature")->fitted().at("temperature"), 1e3, 1e-6);
  EXPECT_EQ(fitted_to({rows({1, 1, 3, 3}, 2), at::tensor({1, 0}, torch::kInt64)}, "temperature")->fitted().at("temperature"), 1);
}

}  // namespace
}  // namespace kdbench::test
