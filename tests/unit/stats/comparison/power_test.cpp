/// Power of the paired t test, against numerical integration of the noncentral t in scipy 1.17.
#include <kdbench/stats/comparison/power.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::stats {
namespace {

TEST(PairedPower, AgreesWithIntegration) {
  EXPECT_NEAR(paired_power(0.5, 0.62, 15), 0.8272834411960552, 1e-8);
  EXPECT_NEAR(paired_power(0.5, 0.62, 14), 0.7964234875237622, 1e-8);
  EXPECT_NEAR(paired_power(-1, 1, 5), 0.40138991737235535, 1e-8);
  EXPECT_NEAR(paired_power(0, 1, 7), 0.05, 1e-12);  // no difference: the level
}

TEST(LeastDetectableDifference, IsThatOfEightyPercent) {
  EXPECT_NEAR(least_detectable_difference(1, 2), 11.549888435882652, 1e-5);
  EXPECT_NEAR(least_detectable_difference(1, 3), 3.2640435497490894, 1e-6);
  EXPECT_NEAR(least_detectable_difference(1, 5), 1.6819969656720146, 1e-6);
  EXPECT_NEAR(least_detectable_difference(1, 10), 0.9960013714537534, 1e-6);
  EXPECT_NEAR(least_detectable_difference(0.62, 3), 0.62 * least_detectable_difference(1, 3), 1e-9);
}

TEST(PairsToDetect, FindsHalfAPoint) {
  EXPECT_EQ(pairs_to_detect(0.5, 0.62), 15u);
  EXPECT_EQ(pairs_to_detect(0.5, 1.07), 38u);
  EXPECT_EQ(pairs_to_detect(0.5, 1), 34u);
  EXPECT_EQ(pairs_to_detect(100, 1), 2u);
}

TEST(PairedPower, OfTooLittleIsUndefined) {
  EXPECT_TRUE(std::isnan(paired_power(1, 1, 1)));
  EXPECT_TRUE(std::isnan(paired_power(1, 0, 3)));
  EXPECT_TRUE(std::isnan(least_detectable_difference(0, 3)));
  EXPECT_FALSE(pairs_to_detect(0.5, 0));
  EXPECT_FALSE(pairs_to_detect(0, 1));
  EXPECT_FALSE(pairs_to_detect(1e-4, 1));  // 8e8 pairs
}

}  // namespace
}  // namespace kdbench::stats
