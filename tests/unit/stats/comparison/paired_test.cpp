/// Paired comparisons where there is little or nothing to compare.
#include <kdbench/stats/comparison/paired.h>

#include <gtest/gtest.h>

namespace kdbench::stats {
namespace {

TEST(PairedDifference, HasATInterval) {
  // Differences 1 2 3: mean 2, sd 1, half width 4.30265 / sqrt(3).
  const auto found = paired_difference({2, 4, 6}, {1, 2, 3});
  EXPECT_NEAR(found.mean, 2, 1e-12);
  EXPECT_NEAR(found.sd, 1, 1e-12);
  EXPECT_NEAR(found.interval.low, 2 - 2.484138, 1e-6);
  EXPECT_NEAR(found.interval.high, 2 + 2.484138, 1e-6);
}

TEST(PairedDifference, OfOnePairIsAMeanAndNothingElse) {
  const auto found = paired_difference({0.92}, {0.90});
  EXPECT_NEAR(found.mean, 0.02, 1e-12);
  EXPECT_TRUE(std::isnan(found.sd));
  EXPECT_FALSE(found.interval.defined());
  EXPECT_TRUE(std::isnan(found.p));
}

TEST(PairedDifference, OfNoPairIsUndefined) { EXPECT_TRUE(std::isnan(paired_difference({}, {}).mean)); }

TEST(PairedDifference, DoesNotTestWhatDiffersByRoundingAlone) {
  // 0.92 - 0.91 and 0.82 - 0.81 differ in the last bits; t would be about 1e15.
  const auto found = paired_difference({0.92, 0.82, 0.72}, {0.91, 0.81, 0.71});
  EXPECT_NEAR(found.mean, 0.01, 1e-12);
  EXPECT_EQ(found.sd, 0);
  EXPECT_TRUE(std::isnan(found.t));
  EXPECT_TRUE(std::isnan(found.p));
}

TEST(PairedDifference, SwapsItsSignWithTheColumns) {
  const std::vector<double> a = {1, 4, 2, 8}, b = {2, 1, 1, 3};
  EXPECT_DOUBLE_EQ(paired_difference(a, b).mean, -paired_difference(b, a).mean);
  EXPECT_DOUBLE_EQ(paired_difference(a, b).p, paired_difference(b, a).p);
  EXPECT_DOUBLE_EQ(wilcoxon(a, b).p, wilcoxon(b, a).p);
}

TEST(Wilcoxon, IsExactForFewPairs) {
  // Differences 1 2 3: one of the 8 choices of signs has a rank sum of 6, one of 0.
  const auto found = wilcoxon({2, 4, 6}, {1, 2, 3});
  EXPECT_EQ(found.plus, 6);
  EXPECT_EQ(found.minus, 0);
  EXPECT_NEAR(found.p, 2.0 / 8, 1e-12);
}

TEST(Wilcoxon, WithoutADifferenceIsUndefined) {
  EXPECT_TRUE(std::isnan(wilcoxon({1, 2, 3}, {1, 2, 3}).p));
  EXPECT_TRUE(std::isnan(wilcoxon({}, {}).p));
}

}  // namespace
}  // namespace kdbench::stats
