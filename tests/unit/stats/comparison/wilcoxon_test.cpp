/// Signed ranks whichever column comes first, and where there is nothing to rank.
#include <kdbench/stats/comparison/paired.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::stats {
namespace {

TEST(Wilcoxon, DoesNotDependOnWhichColumnIsFirst) {
  const std::vector<double> a{3, 5, 4, 9, 2}, b{1, 6, 2, 5, 3};  // differences 2 -1 2 4 -1: ranks 3.5 1.5 3.5 5 1.5
  const auto forth = wilcoxon(a, b), back = wilcoxon(b, a);
  EXPECT_EQ(forth.plus, 12);
  EXPECT_EQ(forth.minus, 3);
  EXPECT_EQ(forth.p, back.p);
  EXPECT_NEAR(forth.p, 2 * 4.0 / 32, 1e-15);  // of the ranks: {}, {1.5}, {1.5}, {1.5, 1.5}: four of 32 subsets have at most 3
}

/// Differences with their values by scipy 1.17 (wilcoxon, method "auto"; 14 pairs by its PermutationMethod over all signs).
struct ScipyCase {
  std::vector<double> differences;
  Zeros zeros;
  double statistic, p;
};

TEST(Wilcoxon, AgreesWithScipyOnTiesAndZeros) {
  const std::vector<double> thirteen{5, 3, 3, 2, 1, 1, 0, 4, -2, -1, 6, 7, -3};
  const std::vector<double> fourteen{5, 3, 3, 2, 1, 1, 0, 4, -2, -1, 6, 7, -3, 2};
  const std::vector<double> ten{0, 1, -1, 1, 0, 2, -2, 0, 1, -2};
  const std::vector<ScipyCase> cases{{{1, -1, 3, 2, 1}, Zeros::kDrop, 2, 0.25},
                                     {{0, 1, 1, 0}, Zeros::kDrop, 0, 0.5},
                                     {{0, 1, 1, 0}, Zeros::kRank, 0, 0.5},
                                     {{0, 1, 1, 0}, Zeros::kSplit, 1.5, 0.5},
                                     {{0, 0, 1}, Zeros::kDrop, 0, 1},
                                     {{0, 0, 1}, Zeros::kSplit, 1.5, 1},
                                     {ten, Zeros::kDrop, 13.5, 1},
                                     {ten, Zeros::kRank, 23.5, 1},
                                     {ten, Zeros::kSplit, 26.5, 1},
                                     {thirteen, Zeros::kDrop, 13.5, 0.04736328125},
                                     {thirteen, Zeros::kRank, 16.5, 0.04833984375},
                                     {thirteen, Zeros::kSplit, 17, 0.04833984375},
                                     {fourteen, Zeros::kDrop, 15, 0.033935546875},
                                     {fourteen, Zeros::kRank, 18, 0.035400390625},
                                     {fourteen, Zeros::kSplit, 18.5, 0.035400390625},
                                     {{1, 2, 3, 4, 5}, Zeros::kDrop, 0, 0.0625}};
  for (const auto& one : cases) {
    const auto found = wilcoxon(one.differences, std::vector<double>(one.differences.size(), 0), one.zeros);
    EXPECT_EQ(found.statistic, one.statistic) << one.p;
    EXPECT_NEAR(found.p, one.p, 1e-14) << one.statistic;
  }
  const std::vector<double> a{69.35, 69.83, 71.66, 70.66, 68.36, 69.99, 69.38, 70.15, 68.39, 70.24, 70.24, 71.58};
  const std::vector<double> b{69.11, 69.69, 70.51, 71.39, 67.0, 70.14, 68.82, 69.31, 67.66, 69.5, 70.03, 71.12};
  EXPECT_NEAR(wilcoxon(a, b).p, 0.0166015625, 1e-14);
}

TEST(Wilcoxon, CountsHalfRanksByHand) {
  // Sizes 1 1 2: ranks 1.5 1.5 3. W = 1.5 (one of the ones is negative): subsets with a sum of at most 1.5 are {}, {1.5}, {1.5}.
  const auto found = wilcoxon({1, -1, 2}, {0, 0, 0});
  EXPECT_EQ(found.statistic, 1.5);
  EXPECT_NEAR(found.p, 2 * 3.0 / 8, 1e-15);
}

TEST(RoundedDifferences, TieWhatIsEqualOnPaper) {
  // As doubles 0.72 - 0.71 and 0.83 - 0.82 differ in the last bits, and 0.3 - 0.1 is not 0.2.
  const auto found = rounded_differences({0.72, 0.83, 0.3, 0.5}, {0.71, 0.82, 0.1, 0.5});
  EXPECT_EQ(found[0], found[1]);
  EXPECT_NEAR(found[0], 0.01, 1e-12);
  EXPECT_EQ(found[3], 0);
  EXPECT_EQ(rounded_differences({0, 0}, {0, 0}), (std::vector<double>{0, 0}));
}

TEST(Wilcoxon, IsUndefinedWhereNothingDiffers) {
  EXPECT_TRUE(std::isnan(wilcoxon({}, {}).p));
  for (const auto zeros : {Zeros::kDrop, Zeros::kRank, Zeros::kSplit}) {
    const auto same = wilcoxon({1, 2, 3}, {1, 2, 3}, zeros);
    EXPECT_EQ(same.nonzero, 0u);
    EXPECT_TRUE(std::isnan(same.p) && std::isnan(same.statistic));
  }
  EXPECT_TRUE(std::isnan(wilcoxon({1, NAN}, {2, 3}).statistic));
}

}  // namespace
}  // namespace kdbench::stats
