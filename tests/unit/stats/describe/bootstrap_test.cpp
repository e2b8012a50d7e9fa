/// Bootstrap intervals: repeatable to the byte, and nothing where there is nothing.
#include <kdbench/stats/correlation/intervals.h>
#include <kdbench/stats/describe/bootstrap.h>
#include <kdbench/stats/describe/summary.h>
#include <kdbench/stats/random_index.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace kdbench::stats {
namespace {

const std::vector<double> kEce = {12.04, 1.79, 10.39, 21.33, 31.01, 38.92, 45.03, 51.97, 57.04, 59.92, 61.65};
const std::vector<double> kAccuracy = {68.09, 68.28, 68.56, 68.57, 67.98, 67.84, 67.46, 67.01, 67.2, 66.75, 66.8};

double mean_of(const std::vector<double>& values) { return mean(values); }

TEST(RandomIndex, IsSplitmix64) {
  // The published first output of splitmix64 from state 0 is 0xE220A8397B1DCDAF: its upper half is 0.88335 of
  // the range.
  RandomIndex random(0);
  EXPECT_EQ(random.below(100000), 88331u);
}

TEST(Bootstrap, RepeatsToTheByte) {
  const auto first = spearman_interval(kEce, kAccuracy), again = spearman_interval(kEce, kAccuracy);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  EXPECT_NE(bootstrap_interval(kEce, mean_of).low, bootstrap_interval(kEce, mean_of, {.seed = 2}).low);
}

TEST(Bootstrap, SurroundsWhatItIsOf) {
  const auto rho = spearman_interval(kEce, kAccuracy);
  EXPECT_GE(rho.low, -1);
  EXPECT_LT(rho.low, -0.918);
  EXPECT_GT(rho.high, -0.918);
  EXPECT_LT(rho.high, -0.5);
  EXPECT_LT(kendall_interval(kEce, kAccuracy).low, -0.78);
  EXPECT_LT(pearson_interval(kEce, kAccuracy).low, -0.92);
}

TEST(Bootstrap, OfAMeanComesNearTheNormalInterval) {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(i);
  const auto found = bootstrap_interval(values, mean_of);
  const double half = 1.96 * sample_sd(values) / 20;  // sqrt(400)
  EXPECT_NEAR(found.low, 199.5 - half, 0.1 * half);   // 2000 resamples place a bound to about 4 %
  EXPECT_NEAR(found.high, 199.5 + half, 0.1 * half);
}

TEST(Bootstrap, OfTooLittleIsUndefined) {
  EXPECT_FALSE(bootstrap_interval({}, mean_of).defined());
  EXPECT_FALSE(bootstrap_interval({1}, mean_of).defined());
  EXPECT_FALSE(spearman_interval({1, 2}, {1, 2}).defined());
  EXPECT_FALSE(spearman_interval({1, 2, 3}, {5, 5, 5}).defined());
}

TEST(Bootstrap, LeavesOutResamplesWithoutAValue) {
  // A resample of {0, 0, 0, 9} holds a 9 with probability 1 - 0.75^4 = 0.68: enough of them.
  const auto with_a_nine = [](const std::vector<double>& values) {
    return std::find(values.begin(), values.end(), 9.0) == values.end() ? kUndefined : mean(values);
  };
  EXPECT_TRUE(bootstrap_interval({0, 0, 0, 9}, with_a_nine).defined());
  // One of {0, 1, 2, 3} holds four different values with probability 4! / 4^4 = 0.09: too few.
  const auto of_different = [](const std::vector<double>& values) {
    return std::set<double>(values.begin(), values.end()).size() < 4 ? kUndefined : mean(values);
  };
  EXPECT_FALSE(bootstrap_interval({0, 1, 2, 3}, of_different).defined());
}

TEST(Bootstrap, CountsTheResamplesThatItLeavesOut) {
  // Resamples of {0, 0, 0, 9} without a 9: 0.75^4 = 0.316 of 2000, deviation 21.
  const auto with_a_nine = [](const std::vector<double>& values) {
    return std::find(values.begin(), values.end(), 9.0) == values.end() ? kUndefined : mean(values);
  };
  EXPECT_NEAR(static_cast<double>(bootstrap_interval({0, 0, 0, 9}, with_a_nine).left_out), 633, 80);
  EXPECT_EQ(bootstrap_interval({0, 1, 2}, mean_of).left_out, 0u);
}

TEST(Bootstrap, DrawsEveryIndexInRange) {
  std::vector<int> seen(5);
  bootstrap_indices(5, [&](const std::vector<std::size_t>& chosen) {
    EXPECT_EQ(chosen.size(), 5u);
    for (const auto index : chosen) ++seen.at(index);
    return 0.0;
  });
  for (const auto count : seen) EXPECT_NEAR(count, 2000, 200);  // 2000 draws of 5: 2000 each, deviation 40
}

TEST(Bootstrap, NestsItsIntervals) {
  const auto wide = pearson_interval(kEce, kAccuracy, {.confidence = 0.99});
  const auto narrow = pearson_interval(kEce, kAccuracy, {.confidence = 0.5});
  EXPECT_LE(wide.low, narrow.low);
  EXPECT_GE(wide.high, narrow.high);
}

TEST(Bootstrap, NamesItself) { EXPECT_EQ(BootstrapOptions().text(), "percentile bootstrap, 2000 resamples, seed 1"); }

TEST(Bootstrap, WidensTheResamplesOfFewUnits) {
  // t(5) is 2.570582, z 1.959964, sqrt(6 / 5) 1.095445; t(9) is 2.262157, sqrt(10 / 9) 1.054093.
  EXPECT_NEAR(resample_widening(6), 2.570582 / 1.959964 * 1.095445, 1e-6);
  EXPECT_NEAR(resample_widening(10), 2.262157 / 1.959964 * 1.054093, 1e-6);
  EXPECT_TRUE(std::isnan(resample_widening(1)));
}

TEST(Quantile, IsLinearBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile({1, 2, 3, 4}, 0.1), 1.3);  // place 0.3 between 1 and 2
  EXPECT_EQ(quantile({7}, 0.975), 7);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

}  // namespace
}  // namespace kdbench::stats
