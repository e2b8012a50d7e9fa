/// Distributions of rank sums that can be counted by hand.
#include <kdbench/stats/comparison/exact_ranks.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::stats {
namespace {

/// One order of the methods in every one of n settings.
std::vector<std::vector<double>> always(const std::vector<double>& order, std::size_t n) { return {n, order}; }

TEST(ExactRanks, CountEveryOrderOfEverySetting) {
  // Of two methods one is first in all of 6 settings in 2 of 2^6 orders, and in 5 of 6 in 12 more.
  const auto two = exact_ranks(always({1, 2}, 6));
  ASSERT_TRUE(two);
  EXPECT_NEAR(two->p, 2.0 / 64, 1e-15);
  EXPECT_DOUBLE_EQ(two->critical_difference, 1);  // of average ranks 1 and 2; 11/6 - 7/6 arises in 14 of 64
  // Of three methods in three settings: 3! of 6^3 orders agree.
  const auto three = exact_ranks(always({1, 2, 3}, 3));
  ASSERT_TRUE(three);
  EXPECT_NEAR(three->p, 1.0 / 36, 1e-15);
  EXPECT_DOUBLE_EQ(three->critical_difference, 2);
}

TEST(ExactRanks, HaveNoCriticalDifferenceWhereEvenTheLargestIsLikely) {
  const auto four = exact_ranks(always({1, 2}, 4));
  ASSERT_TRUE(four);
  EXPECT_NEAR(four->p, 0.125, 1e-15);
  EXPECT_TRUE(std::isnan(four->critical_difference));
  EXPECT_DOUBLE_EQ(exact_ranks(always({1, 2}, 4), 0.2)->critical_difference, 1);
}

TEST(ExactRanks, KeepTiesAsTheyAre) {
  // Which of three is last, in 4 settings: 3^4 ways, of which 3 name one method each time.
  const auto found = exact_ranks(always({1.5, 1.5, 3}, 4));
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->p, 3.0 / 81, 1e-15);
  EXPECT_DOUBLE_EQ(found->critical_difference, 1.5);
  // A setting in which all tie says nothing.
  auto with_a_tie = always({1, 2}, 4);
  with_a_tie.push_back({1.5, 1.5});
  EXPECT_NEAR(exact_ranks(with_a_tie)->p, 0.125, 1e-15);
}

TEST(ExactRanks, AreLeftToTheApproximationWhereThereIsNothingToCountOrTooMuch) {
  EXPECT_FALSE(exact_ranks({}));
  EXPECT_FALSE(exact_ranks({{1, 2}}));
  EXPECT_FALSE(exact_ranks({{1}, {1}}));
  EXPECT_FALSE(exact_ranks(always({1.5, 1.5}, 3)));
  EXPECT_FALSE(exact_ranks({{1, 2}, {std::nan(""), std::nan("")}}));
  EXPECT_TRUE(exact_ranks(always({1, 2, 3, 4}, 15)));
  EXPECT_FALSE(exact_ranks(always({1, 2, 3, 4, 5, 6, 7, 8}, 3)));
}

}  // namespace
}  // namespace kdbench::stats
