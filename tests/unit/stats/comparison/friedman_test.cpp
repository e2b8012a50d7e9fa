/// Average ranks, the range distribution behind Nemenyi's difference, corrections for many tests.
#include <kdbench/stats/comparison/friedman.h>
#include <kdbench/stats/comparison/multiple.h>
#include <kdbench/stats/comparison/studentized_range.h>

#include <gtest/gtest.h>

#include <numbers>

namespace kdbench::stats {
namespace {

TEST(Friedman, RanksTheLowestFirstWhenAsked) {
  const auto found = friedman({{0.1, 0.2, 0.3}, {0.1, 0.3, 0.2}}, RankOrder::kLowestFirst);
  EXPECT_EQ(found.average_ranks, (std::vector<double>{1, 2.5, 2.5}));
}

TEST(Friedman, OfOneSettingHasRanksAndNoTest) {
  const auto found = friedman({{3, 1, 2}});
  EXPECT_EQ(found.average_ranks, (std::vector<double>{1, 3, 2}));
  EXPECT_TRUE(std::isnan(found.p));
  EXPECT_TRUE(std::isnan(found.f_p));
}

TEST(Friedman, OfTiesAloneHasNoTest) {
  const auto found = friedman({{1, 1, 1}, {2, 2, 2}});
  EXPECT_EQ(found.average_ranks, (std::vector<double>{2, 2, 2}));
  EXPECT_TRUE(std::isnan(found.chi2));
}

TEST(Friedman, OfNothingIsEmpty) { EXPECT_TRUE(friedman({}).average_ranks.empty()); }

TEST(Friedman, WithANanIsUndefined) {
  const auto found = friedman({{1, std::nan(""), 3}, {1, 2, 3}});
  for (const double rank : found.average_ranks) EXPECT_TRUE(std::isnan(rank));
  EXPECT_TRUE(std::isnan(found.p));
}

TEST(Friedman, AgreesWithScipyOnTies) {
  // scipy 1.17's friedmanchisquare.
  const auto found = friedman({{1, 1, 2}, {2, 3, 3}, {1, 2, 3}, {2, 2, 2}, {1, 3, 2}, {3, 1, 1}});
  EXPECT_NEAR(found.chi2, 2.4705882352941178, 1e-12);
  EXPECT_NEAR(found.p, 0.2907492353099862, 1e-12);
}

TEST(Nemenyi, NeedsTwoMethodsAndASetting) {
  EXPECT_TRUE(std::isnan(nemenyi_critical_difference(1, 10)));
  EXPECT_TRUE(std::isnan(nemenyi_critical_difference(3, 0)));
}

TEST(Nemenyi, AgreesWithDemsarsTable) {
  // Demsar 2006, table 5 (a): q at 0.05 for 2 to 10 methods.
  const std::vector<double> table{1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164};
  for (std::size_t i = 0; i < table.size(); ++i) EXPECT_NEAR(nemenyi_q(i + 2, 0.05), table[i], 1e-3);
}

TEST(NormalRange, OfTwoIsANormalDifference) {
  // |Z1 - Z2| has deviation sqrt(2): P(<= q) = erf(q / 2).
  for (const double q : {0.1, 1.0, 2.5, 6.0}) EXPECT_NEAR(normal_range_cdf(q, 2), std::erf(q / 2), 1e-14);
}

TEST(NormalRange, QuantileInvertsTheDistribution) {
  for (const std::size_t count : {2u, 3u, 25u, 200u}) {
    for (const double p : {0.01, 0.5, 0.95, 0.999}) {
      EXPECT_NEAR(normal_range_cdf(normal_range_quantile(p, count), count), p, 1e-12) << count;
    }
  }
}

TEST(MultipleTests, LeaveOutWhatIsNoTest) {
  const auto adjusted = holm({0.01, std::nan(""), 0.04});
  EXPECT_DOUBLE_EQ(adjusted[0], 0.02);  // two tests, not three
  EXPECT_TRUE(std::isnan(adjusted[1]));
  EXPECT_DOUBLE_EQ(adjusted[2], 0.04);
  EXPECT_DOUBLE_EQ(bonferroni({0.01, std::nan("")})[0], 0.01);
  EXPECT_DOUBLE_EQ(benjamini_hochberg({0.01, std::nan("")})[0], 0.01);
  EXPECT_TRUE(holm({}).empty());
}

}  // namespace
}  // namespace kdbench::stats
