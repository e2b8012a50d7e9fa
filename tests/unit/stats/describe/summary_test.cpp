/// Means and intervals of few runs.
#include <kdbench/stats/describe/summary.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::stats {
namespace {

TEST(Summary, HasNoIntervalForOneRun) {
  const auto one = summarize({70.1});
  EXPECT_EQ(one.count, 1u);
  EXPECT_EQ(one.mean, 70.1);
  EXPECT_TRUE(std::isnan(one.sd) && std::isnan(one.half_width));
  EXPECT_FALSE(t_interval({70.1}).defined());
  EXPECT_TRUE(std::isnan(summarize({}).mean));
}

TEST(Summary, UsesDivisorNMinusOneAndStudentsT) {
  // Normal quantiles would give 0.4573, divisor n a deviation of 0.32998.
  const auto three = summarize({70.1, 70.9, 70.4});
  EXPECT_NEAR(three.mean, 70.4667, 5e-5);
  EXPECT_NEAR(three.sd, 0.404145, 5e-7);
  EXPECT_NEAR(three.half_width, 1.00395, 5e-6);
  // t(1) = 12.7062, sd = 0.8 / sqrt(2): 12.7062 * 0.8 / 2.
  EXPECT_NEAR(t_half_width({70.1, 70.9}), 5.08248, 5e-6);
}

TEST(Summary, KeepsDigitsOfValuesFarFromZero) {
  EXPECT_NEAR(sample_sd({1e9 + 1, 1e9 + 2, 1e9 + 3}), 1, 1e-12);
  EXPECT_EQ(sample_sd({0.1, 0.1, 0.1}), 0);
  EXPECT_EQ(mean({1e308, 1e308}), 1e308);
}

TEST(Summary, IsUndefinedWithANaNOrInfinity) {
  EXPECT_TRUE(std::isnan(mean({1, NAN})));
  EXPECT_TRUE(std::isnan(sample_sd({1, INFINITY})));
  EXPECT_FALSE(t_interval({1, NAN, 3}).defined());
}

TEST(PopulationVariance, DividesByTheCount) {
  EXPECT_NEAR(population_variance({1, 2, 3, 4}), 1.25, 1e-15);  // (2.25 + 0.25 + 0.25 + 2.25) / 4
  EXPECT_EQ(population_variance({5}), 0);
  EXPECT_TRUE(std::isnan(population_variance({})));
}

}  // namespace
}  // namespace kdbench::stats
