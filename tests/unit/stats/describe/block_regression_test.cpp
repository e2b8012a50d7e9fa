/// Least squares within blocks: partial R^2 by hand and by exact fractions, and regressors that say nothing of their own.
#include <kdbench/stats/describe/block_regression.h>

#include <gtest/gtest.h>

namespace kdbench::stats {
namespace {

TEST(RegressWithinBlocks, AgreesWithSumsByHand) {
  // Two blocks of three. Within them x is -1 0 1 twice; y is -2 1 1 and -1 -1 2: x . y = 3 + 3 = 6, x . x = 4, slope 1.5; y . y =
  // 6 + 6 = 12, of which 6^2 / 4 = 9 go with x: R^2 = 9 / 12. Freedom 6 - 2 - 1 = 3; t = sqrt(3 * 0.75 / 0.25) = 3.
  const auto r = regress_within_blocks({8, 11, 11, -1, -1, 2}, {{1, 2, 3, 7, 8, 9}}, {0, 0, 0, 5, 5, 5});
  EXPECT_EQ(r.count, 6u);
  EXPECT_EQ(r.blocks, 2u);
  EXPECT_EQ(r.freedom, 3);
  EXPECT_NEAR(r.r2, 0.75, 1e-12);
  EXPECT_NEAR(r.regressors[0].coefficient, 1.5, 1e-12);
  EXPECT_NEAR(r.regressors[0].partial_r2, 0.75, 1e-12);
  EXPECT_NEAR(r.regressors[0].inflation, 1, 1e-12);
  // Of t with 3 degrees of freedom the two-sided p at 3: 1 - 2 / pi (a + sin a cos a), a = atan(3 / sqrt(3)) = pi / 3.
  EXPECT_NEAR(r.regressors[0].p, 1 - 2.0 / 3 - std::sqrt(3.0) / 2 / 3.14159265358979, 1e-9);
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
  EXPECT_NEAR(r.regressors[2].p, 0.73452403842668, 1e-12);  // t = 0.355296 with 6 degrees of freedom
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
  EXPECT_NEAR(exact.regressors[0].p, 0, 1e-12);
}

}  // namespace
}  // namespace kdbench::stats
