// A temperature for each predicted class.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench::test {
namespace {

/// Class 0 is predicted with logits (1, 0) and right in 3 of 4 rows, class 1 with (0, 2) and right in 2 of 3.
CalibrationRows two_classes() {
  return {rows({1, 0, 1, 0, 1, 0, 1, 0, 0, 2, 0, 2, 0, 2}, 2), at::tensor({0, 0, 0, 1, 1, 1, 0}, torch::kInt64)};
}

// Class 0: 1 / T = ln 3. Class 1: 2 / T = ln 2.
TEST(ClasswiseTemperature, IsFittedToTheRowsOfThePredictedClass) {
  const auto calibrator = fitted_to(two_classes(), "classwise_temperature", {{"min_rows", std::int64_t{3}}});
  const auto after = applied(*calibrator, rows({1, 0, 0, 2}, 2));
  EXPECT_NEAR(after[0][0].item<double>(), std::log(3.0), 1e-12);
  EXPECT_NEAR(after[1][1].item<double>(), std::log(2.0), 1e-12);
}

TEST(ClasswiseTemperature, IsThatOfAllRowsWhereAClassHasTooFew) {
  const auto calibrator = fitted_to(two_classes(), "classwise_temperature", {{"min_rows", std::int64_t{4}}});
  const double of_all = fitted_to(two_classes(), "temperature")->fitted().at("temperature");
  EXPECT_EQ(calibrator->fitted().at("temperature"), of_all);
  const auto after = applied(*calibrator, rows({1, 0, 0, 2}, 2));
  EXPECT_NEAR(after[0][0].item<double>(), std::log(3.0), 1e-12);
  EXPECT_NEAR(after[1][1].item<double>(), 2 / of_all, 1e-12);
}

TEST(ClasswiseTemperature, KeepsEveryRanking) {
  const auto data = drawn_rows(1000, 5, 2.5);
  EXPECT_TRUE(keeps_ranking(data.logits, applied(*fitted_to(data, "classwise_temperature"), data.logits)));
}

}  // namespace
}  // namespace kdbench::test
