/// Rows that two methods answer alike and differently, by hand.
#include <kdbench/stats/comparison/agreement.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::stats {
namespace {

TEST(RowErrorBound, OfOneSeedIsMcNemars) {
  // Two of four rows differ, by a quarter more right answers of a: (2/4 - 1/16) / 4, its root 0.330719. With known labels, of
  // which a has both, it would be (2/4 - 1/4) / 4 for a difference of a half: the bound is for the difference that was seen.
  const Predictions a{{0, 1, 2, 3}}, b{{0, 1, 1, 0}};
  EXPECT_DOUBLE_EQ(agreement(a, b), 0.5);
  EXPECT_NEAR(row_error_bound(a, b, 0.25), std::sqrt((0.5 - 0.0625) / 4), 1e-12);
}

TEST(RowErrorBound, OfMethodsThatAgreeIsZero) {
  const Predictions a{{0, 1, 2}};
  EXPECT_EQ(agreement(a, a), 1);
  EXPECT_EQ(row_error_bound(a, a, 0), 0);
}

TEST(RowErrorBound, DoesNotCountSeedsThatSwap) {
  // Whatever the label, both methods have it at one seed of two: their means do not differ on this row.
  const Predictions a{{0}, {1}}, b{{1}, {0}};
  EXPECT_EQ(agreement(a, b), 0);
  EXPECT_EQ(row_error_bound(a, b, 0), 0);
}

TEST(RowErrorBound, AveragesARowOverSeeds) {
  // One of two seeds differs on the first of two rows: half a right answer at most. (1/4 / 2 - 0) / 2, its root 0.25.
  const Predictions a{{0, 0}, {0, 0}}, b{{1, 0}, {0, 0}};
  EXPECT_DOUBLE_EQ(agreement(a, b), 0.75);
  EXPECT_NEAR(row_error_bound(a, b, 0), 0.25, 1e-12);
}

TEST(RowErrorBound, HoldsTheErrorOfAnyLabels) {
  // Every labelling of three rows of three classes: the exact error of the difference that it makes is at most the bound.
  const Predictions a{{0, 1, 2}, {0, 2, 2}}, b{{1, 1, 0}, {0, 1, 2}};
  for (int labels = 0; labels < 27; ++labels) {
    const int label[] = {labels % 3, labels / 3 % 3, labels / 9};
    double sum = 0, squares = 0;
    for (std::size_t row = 0; row < 3; ++row) {
      double apart = 0;
      for (std::size_t seed = 0; seed < 2; ++seed) apart += (a[seed][row] == label[row]) - (b[seed][row] == label[row]);
      sum += apart / 2;
      squares += apart * apart / 4;
    }
    const auto exact = std::sqrt((squares / 3 - sum * sum / 9) / 3);
    EXPECT_LE(exact, row_error_bound(a, b, sum / 3) + 1e-12) << labels;
  }
}

TEST(RowErrorBound, OfNothingIsUndefined) {
  EXPECT_TRUE(std::isnan(row_error_bound({}, {}, 0)));
  EXPECT_TRUE(std::isnan(agreement({{}}, {{}})));
}

}  // namespace
}  // namespace kdbench::stats
