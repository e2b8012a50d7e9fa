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
  EXPECT_NEAR(forth.p, 2 * 5.0 / 32, 1e-15);  // sums 0, 1, 2, 3 and 3 = 1 + 2: five of 32 subsets
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
