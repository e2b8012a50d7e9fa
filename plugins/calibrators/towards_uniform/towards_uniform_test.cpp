// Doubt that is the same for every image.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

// 0.7 p + 0.3 / 5, p = softmax(z / T*).
TEST(TowardsUniform, MixesWithTheUniformPosterior) {
  const auto data = drawn_rows(2000, 5, 2.5);
  const auto calibrator = fitted_to(data, "towards_uniform", {{"share", 0.3}});
  const auto start = (data.logits / calibrator->fitted().at("temperature")).softmax(1);
  EXPECT_TRUE(at::allclose(applied(*calibrator, data.logits).exp(), start * 0.7 + 0.3 / 5, 1e-12));
}

// The mean confidence falls by share * (mean confidence - 1/K), exactly.
TEST(TowardsUniform, LowersTheConfidenceAndKeepsTheRanking) {
  const auto data = drawn_rows(2000, 5, 2.5);
  const auto right = said(applied(*fitted_to(data, "temperature"), data.logits), data.labels);
  const auto moved = applied(*fitted_to(data, "towards_uniform", {{"share", 0.3}}), data.logits);
  const auto after = said(moved, data.labels);
  EXPECT_NEAR(right.confidence - after.confidence, 0.3 * (right.confidence - 0.2), 1e-12);
  EXPECT_EQ(after.accuracy, right.accuracy);
  EXPECT_TRUE(keeps_ranking(data.logits, moved));
  EXPECT_GT(after.entropy, right.entropy);
}

TEST(TowardsUniform, NeedsNoRowsWhereItStartsFromTheLogitsAsTheyAre) {
  const auto calibrator =
      plugins().calibrator("towards_uniform", {{"share", 0.5}, {"start", std::string("as_is")}}, {.num_classes = 2});
  const auto found = numbers_of(calibrator->apply(rows({0, 0, 40, 0}, 2), numbers_up_to(2)).exp());
  EXPECT_NEAR(found[0], 0.5, 1e-12);
  EXPECT_NEAR(found[2], 0.75, 1e-12);
  EXPECT_TRUE(calibrator->fitted().empty());
}

}  // namespace
}  // namespace kdbench::test
