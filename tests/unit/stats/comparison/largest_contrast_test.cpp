/// Intervals of a maximum of means, by hand.
#include <kdbench/stats/comparison/largest_contrast.h>

#include <gtest/gtest.h>

namespace kdbench::stats {
namespace {

TEST(LargestContrast, OfOneContrastIsItsTInterval) {
  // Mean 2, sd 1: half width 4.302653 / sqrt(3) = 2.484138.
  const auto found = largest_contrast_interval({{1, 2, 3}}, false);
  EXPECT_NEAR(found.low, -0.484138, 1e-6);
  EXPECT_NEAR(found.high, 4.484138, 1e-6);
  EXPECT_EQ(largest_contrast_interval({{1, 2, 3}}).low, 0);
}

TEST(LargestContrast, PaysForTheChoiceAtTheLowerEndAlone) {
  // t of two degrees of freedom at 1 - 0.0125: 6.205347; 2 - 6.205347 / sqrt(3) = -1.582659.
  const auto found = largest_contrast_interval({{1, 2, 3}, {-1, -2, -3}}, false);
  EXPECT_NEAR(found.low, -1.582659, 1e-6);
  EXPECT_NEAR(found.high, 4.484138, 1e-6);
}

TEST(LargestContrast, TakesTheEndsOfDifferentContrasts) {
  // The first is larger on average, the second varies more: 2 -+ 0 and 1 -+ 2.484138 (sd 1).
  const auto found = largest_contrast_interval({{2, 2, 2}, {0, 1, 2}}, false);
  EXPECT_NEAR(found.low, 2, 1e-12);
  EXPECT_NEAR(found.high, 1 + 2.484138, 1e-6);
}

TEST(LargestContrast, OfTooLittleIsUndefined) {
  EXPECT_FALSE(largest_contrast_interval({}).defined());
  EXPECT_FALSE(largest_contrast_interval({{1}, {2}}).defined());
  EXPECT_FALSE(largest_contrast_interval({{1, kUndefined}}).defined());
}

TEST(LargestContrast, MakesTheContrastsOfACurve) {
  // Two seeds, two points: the spread is the larger of y0 - y1 and y1 - y0, the regret of y0 - mean and y1 - mean.
  const std::vector<std::vector<double>> curves{{3, 1}, {5, 1}};
  EXPECT_EQ(spread_contrasts(curves), (std::vector<std::vector<double>>{{2, 4}, {-2, -4}}));
  EXPECT_EQ(regret_contrasts(curves), (std::vector<std::vector<double>>{{1, 2}, {-1, -2}}));
  EXPECT_TRUE(spread_contrasts({}).empty());
}

}  // namespace
}  // namespace kdbench::stats
