/// Ties, degenerate columns and invariances of the correlations.
#include <kdbench/stats/correlation/correlation.h>
#include <kdbench/stats/correlation/ranks.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::stats {
namespace {

using Column = std::vector<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(AverageRanks, ShareTheirPlacesAndTurnWithTheOrder) {
  // The two 0.7 take places 2 and 3 from below, places 1 and 2 from above.
  EXPECT_EQ(average_ranks({0.7, 0.7, 0.6}), (Column{2.5, 2.5, 1}));
  EXPECT_EQ(average_ranks({0.7, 0.7, 0.6}, RankOrder::kHighestFirst), (Column{1.5, 1.5, 3}));
  EXPECT_TRUE(average_ranks({}).empty());
}

TEST(AverageRanks, AreAllUndefinedWithANaN) {
  for (const auto rank : average_ranks({1, NAN, 2})) EXPECT_TRUE(std::isnan(rank));
}

TEST(TieSizes, LeavesSingleValuesOut) { EXPECT_EQ(tie_sizes({3, 1, 3, 2, 1, 3}), (Column{2, 3})); }

TEST(Spearman, UsesAverageRanksWithTies) {
  // The short formula gives 0.85: ranks x (2.5 2.5 1 4), y (3 1.5 1.5 4), sum d^2 = 1.5, 1 - 6 * 1.5 / 60.
  EXPECT_NEAR(spearman({0.71, 0.71, 0.65, 0.80}, {0.70, 0.69, 0.69, 0.82}).value, 0.833333, 1e-6);
  // The short formula gives 0.95, running ranks 1.
  EXPECT_NEAR(spearman({1, 2, 2, 4}, {1, 2, 3, 4}).value, 0.948683, 1e-6);
}

TEST(Spearman, DoesNotDependOnTheOrderOfRows) {
  const auto expected = spearman({0.71, 0.71, 0.65, 0.80}, {0.70, 0.69, 0.69, 0.82}).value;
  EXPECT_EQ(spearman({0.80, 0.71, 0.65, 0.71}, {0.82, 0.69, 0.69, 0.70}).value, expected);
  EXPECT_EQ(spearman({0.65, 0.80, 0.71, 0.71}, {0.69, 0.82, 0.70, 0.69}).value, expected);
}

TEST(Spearman, IsOneForAnyRisingCurve) {
  const auto result = spearman({1, 2, 3, 4, 5}, {1, 10, 100, 1e200, 1e300});
  EXPECT_EQ(result.value, 1);
  EXPECT_EQ(result.p, 0);
}

TEST(Correlation, IsUndefinedWithoutThreePairsOrVariation) {
  const std::vector<std::pair<Column, Column>> bad{{{}, {}},
                                                   {{1, 2}, {2, 1}},
                                                   {{0.1, 0.1, 0.1}, {1, 2, 3}},
                                                   {{1, 2, 3}, {0.1, 0.1, 0.1}},
                                                   {{1, NAN, 3}, {1, 2, 3}},
                                                   {{1, 2, 3}, {1, kInfinity, 3}}};
  for (const auto& [x, y] : bad) {
    for (const auto& found : {pearson(x, y), spearman(x, y), kendall(x, y)}) {
      EXPECT_TRUE(std::isnan(found.value) && std::isnan(found.p));
    }
    EXPECT_TRUE(std::isnan(distance_correlation(x, y)));
    EXPECT_TRUE(std::isnan(spearman_permutation_p(x, y)));
  }
}

TEST(Pearson, NeitherOverflowsNorVanishes) {
  const Column x{1, 2, 3, 5}, y{2, 1, 4, 6};
  const auto expected = pearson(x, y).value;
  for (const auto scale : {1e-310, 1e-200, 1e200, 1e307}) {
    Column scaled;
    for (const auto v : x) scaled.push_back(v * scale);
    EXPECT_NEAR(pearson(scaled, y).value, expected, 1e-9) << scale;
  }
}

TEST(Kendall, CountsPairsLikeTheDefinition) {
  // Of 6 pairs: concordant (1,3) (1,4) (2,3) (2,4) (3,4), discordant (1,2): (5 - 1) / 6.
  EXPECT_NEAR(kendall({1, 2, 3, 4}, {2, 1, 3, 4}).value, 4.0 / 6, 1e-15);
  // At most one of 4! = 24 orders' pairs turned round: 1 + 3 orders, two-sided 2 * 4 / 24.
  EXPECT_NEAR(kendall({1, 2, 3, 4}, {2, 1, 3, 4}).p, 8.0 / 24, 1e-15);
}

TEST(DistanceCorrelation, SeesACurveThatTurnsRound) {
  const Column x{-2, -1, 0, 1, 2}, y{4, 1, 0, 1, 4};
  EXPECT_EQ(spearman(x, y).value, 0);
  EXPECT_GT(distance_correlation(x, y), 0.4);
  EXPECT_NEAR(distance_correlation(x, {1, 3, 5, 7, 9}), 1, 1e-12);
  EXPECT_NEAR(distance_correlation({1, 2, 3}, {1, 3, 2}), std::sqrt(0.7), 1e-12);
}

TEST(SpearmanPermutation, IsExactForFewPairs) {
  EXPECT_NEAR(spearman_permutation_p({1, 2, 3, 4}, {1, 2, 3, 4}), 2.0 / 24, 1e-15);
  // |rho| = 0.5 or more: every order of three, as 0.5 is the smallest |rho| there.
  EXPECT_EQ(spearman_permutation_p({1, 2, 3}, {1, 3, 2}), 1);
}

TEST(SpearmanPermutation, IsRepeatableAndNeverZero) {
  Column x, y;
  for (int i = 0; i < 12; ++i) {
    x.push_back(i);
    y.push_back(i * i);
  }
  EXPECT_EQ(spearman_permutation_p(x, y, 999, 7), 1.0 / 1000);
  y[0] = 50;
  y[3] = 90;
  EXPECT_EQ(spearman_permutation_p(x, y, 999, 7), spearman_permutation_p(x, y, 999, 7));
  EXPECT_NEAR(spearman_permutation_p(x, y, 9999, 7), spearman_permutation_p(x, y, 9999, 8), 0.02);
}

TEST(FisherInterval, IsUndefinedWhereTheFormulaWouldClaimCertainty) {
  EXPECT_FALSE(fisher_interval(0.5, 3).defined());
  EXPECT_FALSE(fisher_interval(1, 10).defined());
  EXPECT_FALSE(fisher_interval(NAN, 10).defined());
  // atanh(0.5) = 0.549306, 1.959964 / sqrt(9) = 0.653321: tanh(-0.104015), tanh(1.202627).
  const auto interval = fisher_interval(0.5, 12);
  EXPECT_NEAR(interval.low, -0.103642, 1e-6);
  EXPECT_NEAR(interval.high, 0.834454, 1e-6);
}

}  // namespace
}  // namespace kdbench::stats
