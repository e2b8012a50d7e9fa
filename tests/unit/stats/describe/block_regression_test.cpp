/// Least squares within blocks: partial R^2 by hand and by exact fractions, and regressors that say nothing of their own.
#include <kdbench/stats/describe/block_regression.h>

#include <gtest/gtest.h>

namespace kdbench::stats {
namespace {

TEST(RegressWithinBlocks, AgreesWithSumsByHand) {
  // Two blocks of three. Within them x is -1 0 1 twice; y is -2 1 1 and -1 -1 2: x . y = 3 + 3 = 6, x . x = 4, slope 1.5; y . y =
  // 6 + 6 = 12, of which 6^2 / 4 = 9 go with x: R^2 = 9 / 12. Freedom 6 - 2 - 1 = 3.
  const auto r = regress_within_blocks({8, 11, 11, -1, -1, 2}, {{1, 2, 3, 7, 8, 9}}, {0, 0, 0, 5, 5, 5});
  EXPECT_EQ(r.count, 6u);
  EXPECT_EQ(r.blocks, 2u);
  EXPECT_EQ(r.freedom, 3);
  EXPECT_NEAR(r.r2, 0.75, 1e-12);
  EXPECT_NEAR(r.regressors[0].coefficient, 1.5, 1e-12);
  EXPECT_NEAR(r.regressors[0].partial_r2, 0.75, 1e-12);
  EXPECT_NEAR(r.regressors[0].inflation, 1, 1e-12);
  // 3 / 2 in either block: no spread, and no test.
  EXPECT_NEAR(r.regressors[0].over_blocks.mean, 1.5, 1e-12);
  EXPECT_NEAR(r.regressors[0].over_blocks.interval.high, 1.5, 1e-9);
  EXPECT_TRUE(std::isnan(r.regressors[0].over_blocks.p));
}

TEST(RegressWithinBlocks, TestsACoefficientOverBlocks) {
  // x is -1 0 1 in both, y -1 0 1 and -2 0 2: coefficients 1 and 2, mean 1.5, standard error sqrt(0.5 / 2) = 0.5, t = 3 with one
  // degree of freedom, of which p is 1 - 2 / pi atan 3; t(1) at 97.5 % is 12.706.
  const auto r = regress_within_blocks({4, 5, 6, -2, 0, 2}, {{1, 2, 3, 7, 8, 9}}, {0, 0, 0, 5, 5, 5}).regressors[0];
  EXPECT_NEAR(r.over_blocks.mean, 1.5, 1e-12);
  EXPECT_NEAR(r.over_blocks.interval.low, 1.5 - 0.5 * 12.7062047, 1e-6);
  EXPECT_NEAR(r.over_blocks.interval.high, 1.5 + 0.5 * 12.7062047, 1e-6);
  EXPECT_NEAR(r.over_blocks.p, 1 - 2 / 3.14159265358979 * std::atan(3.0), 1e-9);
}

TEST(RegressWithinBlocks, FitsEachBlockWithTheOthersGiven) {
  // By the normal equations of each block in fractions: coefficients 21/16, 1171/1063, 1216/1559 and 5/16, -30/1063, 2601/1559.
  // Their standard errors 0.1548267 and 0.5181668; with 2 degrees of freedom p = 1 - t / sqrt(2 + t^2), t(2) at 97.5 % 4.3026527.
  const std::vector<double> y{3, 4, 8, 9, 7, 8, 11, 14, 9, 12, 1, 2, 6, 10, 4};
  const std::vector<std::vector<double>> x{{1, 2, 3, 5, 4, 4, 4, 7, 2, 5, 0, 1, 3, 3, 6},
                                           {2, 1, 4, 3, 5, 3, 6, 4, 1, 1, 1, 1, 2, 5, 0}};
  const auto r = regress_within_blocks(y, x, {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2});
  const auto &first = r.regressors[0].over_blocks, &second = r.regressors[1].over_blocks;
  EXPECT_NEAR(first.mean, 28230903.0 / 26515472, 1e-12);
  EXPECT_NEAR(first.interval.low, 0.39853007210, 1e-8);
  EXPECT_NEAR(first.p, 0.02049863859, 1e-9);
  EXPECT_NEAR(second.mean, 51775573.0 / 79546416, 1e-12);
  EXPECT_NEAR(second.interval.high, 2.88037688405, 1e-8);
  EXPECT_NEAR(second.p, 0.33591629130, 1e-9);
}

TEST(RegressWithinBlocks, TestsNothingWhereABlockCannotBeFitted) {
  const std::vector<double> y{1, 3, 2, 5, 4, 4, 7, 9};
  const auto over = [&](const std::vector<std::vector<double>>& x, const std::vector<std::int64_t>& blocks) {
    return regress_within_blocks(y, x, blocks).regressors[0];
  };
  const std::vector<double> x{1, 2, 3, 5, 1, 3, 2, 6};
  EXPECT_FALSE(std::isnan(over({x}, {0, 0, 0, 0, 1, 1, 1, 1}).over_blocks.mean));
  const auto few = over({x}, {0, 0, 0, 0, 0, 0, 1, 1});  // two rows leave no freedom
  EXPECT_FALSE(std::isnan(few.partial_r2));
  EXPECT_TRUE(std::isnan(few.over_blocks.mean));
  const auto constant = over({{1, 2, 3, 5, 2, 2, 2, 2}}, {0, 0, 0, 0, 1, 1, 1, 1});
  EXPECT_FALSE(std::isnan(constant.partial_r2));
  EXPECT_TRUE(std::isnan(constant.over_blocks.mean));
  const auto one = over({x}, {0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_FALSE(std::isnan(one.over_blocks.mean));
  EXPECT_TRUE(std::isnan(one.over_blocks.p));
}

TEST(RegressWithinBlocks, AgreesWithExactFractions) {
  // By the normal equations in fractions, with an intercept for each block: partial R^2 = (sum of squares left without the
  // regressor - that left with all) / the former.
  const std::vector<double> y{3, 4, 8, 9, 7, 8, 11, 14, 1, 2, 6, 10};
  const std::vector<std::vector<double>> x{
      {1, 2, 3, 5, 2, 4, 4, 7, 0, 1, 3, 3}, {2, 1, 4, 3, 5, 3, 6, 4, 1, 1, 2, 5}, {1, 0, 0, 1, 2, 1, 0, 2, 3, 1, 1, 2}};
  const auto r = regress_within_blocks(y, x, {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2});
  EXPECT_EQ(r.freedom, 12 - 3 - 3);
  EXPECT_NEAR(r.r2, 91797417.0 / 93510865, 1e-12);
  EXPECT_NEAR(r.regressors[0].coefficient, 319566.0 / 218995, 1e-12);
  EXPECT_NEAR(r.regressors[1].coefficient, 229767.0 / 218995, 1e-12);
  EXPECT_NEAR(r.regressors[2].coefficient, 17544.0 / 218995, 1e-12);
  EXPECT_NEAR(r.regressors[0].partial_r2, 2836734121.0 / 2938255915, 1e-12);
  EXPECT_NEAR(r.regressors[1].partial_r2, 17597624763.0 / 19266523115, 1e-12);
  EXPECT_NEAR(r.regressors[2].partial_r2, 6412332.0 / 311191895, 1e-12);
  EXPECT_NEAR(r.regressors[0].inflation, 1.10061416927327, 1e-12);
  EXPECT_TRUE(std::isnan(r.regressors[2].over_blocks.p));  // four rows of a block are too few for three regressors
}

TEST(RegressWithinBlocks, DoesNotSeeWhatDiffersBetweenBlocksAlone) {
  const std::vector<std::vector<double>> x{{1, 2, 4, 1, 3, 4}};
  const auto plain = regress_within_blocks({1, 2, 3, 2, 2, 5}, x, {0, 0, 0, 1, 1, 1});
  const auto moved = regress_within_blocks({1, 2, 3, 102, 102, 105}, {{1, 2, 4, -9, -7, -6}}, {0, 0, 0, 1, 1, 1});
  EXPECT_NEAR(plain.regressors[0].partial_r2, moved.regressors[0].partial_r2, 1e-12);
  EXPECT_NEAR(plain.regressors[0].coefficient, moved.regressors[0].coefficient, 1e-12);
}

TEST(RegressWithinBlocks, SaysWhichRegressorsAreConstantOrCollinear) {
  const std::vector<double> a{1, 2, 3, 5, 2, 0}, b{0, 1, 0, 2, 1, 1};
  std::vector<double> sum(6);
  for (std::size_t i = 0; i < 6; ++i) sum[i] = 2 * a[i] - b[i] + (i < 3 ? 7 : 0);
  // The third is 2 a - b beside a number of its block; the fourth differs between blocks alone.
  const auto r = regress_within_blocks({1, 4, 2, 6, 3, 1}, {a, b, sum, {4, 4, 4, 9, 9, 9}}, {0, 0, 0, 1, 1, 1});
  EXPECT_EQ(r.regressors[0].state, RegressorState::kUsed);
  EXPECT_EQ(r.regressors[1].state, RegressorState::kUsed);
  EXPECT_EQ(r.regressors[2].state, RegressorState::kCollinear);
  EXPECT_EQ(r.regressors[3].state, RegressorState::kConstant);
  EXPECT_TRUE(std::isnan(r.regressors[2].partial_r2));
  EXPECT_TRUE(std::isnan(r.regressors[3].partial_r2));
  EXPECT_EQ(r.freedom, 6 - 2 - 2);
  const auto of_two = regress_within_blocks({1, 4, 2, 6, 3, 1}, {a, b}, {0, 0, 0, 1, 1, 1});
  EXPECT_EQ(r.regressors[0].partial_r2, of_two.regressors[0].partial_r2);
}

TEST(RegressWithinBlocks, TellsNothingWhereNothingIsLeft) {
  const std::vector<double> a{1, 2, 3, 5}, b{1, 0, 0, 2};
  const auto full = regress_within_blocks({1, 4, 2, 6}, {a, b}, {0, 0, 1, 1});  // 4 rows, 2 blocks, 2 regressors
  EXPECT_EQ(full.freedom, 0);
  EXPECT_TRUE(std::isnan(full.regressors[0].partial_r2));
  const auto flat = regress_within_blocks({3, 3, 8, 8}, {a}, {0, 0, 1, 1});  // y differs between blocks alone
  EXPECT_TRUE(std::isnan(flat.r2));
  EXPECT_TRUE(std::isnan(flat.regressors[0].partial_r2));
  const auto none = regress_within_blocks({1, std::nan(""), 3, 4}, {a}, {0, 0, 1, 1});
  EXPECT_TRUE(std::isnan(none.r2));
  const auto exact = regress_within_blocks({1, 2, 3, 5}, {a}, {0, 0, 0, 0});  // y is the regressor
  EXPECT_NEAR(exact.regressors[0].partial_r2, 1, 1e-12);
}

}  // namespace
}  // namespace kdbench::stats
