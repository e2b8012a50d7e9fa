// Certainty that is the same for every image.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::test {
namespace {

// The mean confidence rises by share * (1 - mean confidence), exactly.
TEST(TowardsArgmax, RaisesTheConfidenceAndKeepsTheRanking) {
  const auto data = drawn_rows(2000, 5, 2.5);
  const auto right = said(applied(*fitted_to(data, "temperature"), data.logits), data.labels);
  const auto moved = applied(*fitted_to(data, "towards_argmax", {{"share", 0.3}}), data.logits);
  const auto after = said(moved, data.labels);
  EXPECT_NEAR(after.confidence - right.confidence, 0.3 * (1 - right.confidence), 1e-12);
  EXPECT_EQ(after.accuracy, right.accuracy);
  EXPECT_TRUE(keeps_ranking(data.logits, moved));
  EXPECT_LT(after.entropy, right.entropy);
}

// Of (1/4, 3/4): half of it, and half of (0, 1).
TEST(TowardsArgmax, MixesWithTheOneHotPosterior) {
  const auto calibrator =
      plugins().calibrator("towards_argmax", {{"share", 0.5}, {"start", std::string("as_is")}}, {.num_classes = 2});
  const auto found = numbers_of(calibrator->apply(rows({0, std::log(3.0)}, 2), numbers_up_to(1)).exp());
  EXPECT_NEAR(found[0], 0.125, 1e-12);
  EXPECT_NEAR(found[1], 0.875, 1e-12);
}

TEST(TowardsArgmax, StaysFiniteWhereNothingIsLeftOfTheOthers) {
  const auto calibrator =
      plugins().calibrator("towards_argmax", {{"share", 1.0}, {"start", std::string("as_is")}}, {.num_classes = 2});
  EXPECT_TRUE(calibrator->apply(rows({0, 1}, 2), numbers_up_to(1)).isfinite().all().item<bool>());
}

}  // namespace
}  // namespace kdbench::test
