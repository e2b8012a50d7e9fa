/// Straight lines: errors, intervals, degenerate points.
#include <kdbench/stats/describe/regression.h>

#include <gtest/gtest.h>

namespace kdbench::stats {
namespace {

TEST(FitLine, AgreesWithTheFormulasByHand) {
  // x 1 2 3, y 1 2 4: slope 3 / 2, intercept 7/3 - 3; residuals 1/6 -1/3 1/6, squares 1/6; error sqrt(1/6 / 1
  // / 2).
  const auto line = fit_line({1, 2, 3}, {1, 2, 4});
  EXPECT_NEAR(line.slope, 1.5, 1e-12);
  EXPECT_NEAR(line.intercept, -2.0 / 3, 1e-12);
  EXPECT_NEAR(line.slope_error, std::sqrt(1.0 / 12), 1e-12);
  EXPECT_NEAR(line.intercept_error, std::sqrt(1.0 / 12) * std::sqrt(2.0 / 3 + 4), 1e-12);
  EXPECT_NEAR(line.slope_interval.low, 1.5 - 12.706204736 * std::sqrt(1.0 / 12), 1e-8);  // t(0.975, 1)
  EXPECT_NEAR(line.slope_interval.high, 1.5 + 12.706204736 * std::sqrt(1.0 / 12), 1e-8);
}

TEST(FitLine, ThroughTwoPointsHasNoErrors) {
  const auto line = fit_line({1, 2}, {3, 5});
  EXPECT_NEAR(line.slope, 2, 1e-12);
  EXPECT_TRUE(std::isnan(line.slope_error));
  EXPECT_TRUE(std::isnan(line.p));
  EXPECT_FALSE(line.slope_interval.defined());
}

TEST(FitLine, NeedsTwoDifferentX) {
  EXPECT_TRUE(std::isnan(fit_line({2, 2, 2}, {1, 2, 3}).slope));
  EXPECT_TRUE(std::isnan(fit_line({2}, {1}).slope));
  EXPECT_TRUE(std::isnan(fit_line({}, {}).slope));
  EXPECT_TRUE(std::isnan(fit_line({1, 2, std::nan("")}, {1, 2, 3}).slope));
}

TEST(FitLine, IsUndefinedWhereSquaresLeaveTheRangeOfADouble) {
  EXPECT_TRUE(std::isnan(fit_line({1e-200, 2e-200, 3e-200}, {1, 2, 3}).slope));
  EXPECT_TRUE(std::isnan(fit_line({1e200, 2e200, 3e200}, {1, 2, 3}).slope));
}

TEST(FitLine, OfAConstantYIsFlat) {
  const auto line = fit_line({1, 2, 3}, {5, 5, 5});
  EXPECT_EQ(line.slope, 0);
  EXPECT_EQ(line.p, 1);
}

}  // namespace
}  // namespace kdbench::stats
