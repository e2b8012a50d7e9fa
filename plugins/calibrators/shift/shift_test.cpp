// Confidence is moved by a stated factor, the order of classes is not.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

// T* of 2.5 times 2 is 5.
TEST(Shift, DividesByTheFittedTemperatureTimesItsRatio) {
  const auto data = drawn_rows(4000, 5, 2.5);
  const double fitted = fitted_to(data, "temperature")->fitted().at("temperature");
  const auto calibrator = fitted_to(data, "shift", {{"ratio", 2.0}});
  EXPECT_EQ(calibrator->fitted().at("temperature"), fitted);
  EXPECT_TRUE(applied(*calibrator, data.logits).equal(data.logits / (fitted * 2)));
}

TEST(Shift, IsOverConfidentBelowOneAndUnderConfidentAbove) {
  const auto data = drawn_rows(4000, 5, 2.5);
  const auto at_ratio = [&](double ratio) {
    return said(applied(*fitted_to(data, "shift", {{"ratio", ratio}}), data.logits), data.labels);
  };
  const auto over = at_ratio(0.4), right = at_ratio(1), under = at_ratio(2);
  EXPECT_LT(right.ece, 0.03);
  EXPECT_GT(over.confidence, over.accuracy + 0.1);
  EXPECT_LT(under.confidence, under.accuracy - 0.1);
  EXPECT_EQ(over.accuracy, right.accuracy);
  EXPECT_EQ(under.accuracy, right.accuracy);
  EXPECT_NEAR(right.confidence, right.accuracy, 0.01);
}

}  // namespace
}  // namespace kdbench::test
