// Confidences change rows: their calibration goes, their distribution and every ranking stay.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

torch::Tensor confidences(const torch::Tensor& logits) { return std::get<0>(logits.softmax(1).max(1)); }

TEST(Permute, GivesAShareOfRowsTheConfidenceOfAValidationRow) {
  const auto data = drawn_rows(500, 5, 2.5), others = drawn_rows(2000, 5, 2.5, 2);
  const auto calibrator = fitted_to(data, "permute", {{"share", 0.3}});
  const double t = calibrator->fitted().at("temperature");
  const auto start = confidences(others.logits / t), after = confidences(applied(*calibrator, others.logits));
  const auto moved = (start - after).abs().gt(1e-9);
  EXPECT_NEAR(moved.to(torch::kFloat64).mean().item<double>(), 0.3, 0.04);  // sd 0.01
  const auto known = confidences(data.logits / t);
  const auto distance = std::get<0>((after.masked_select(moved).unsqueeze(1) - known.unsqueeze(0)).abs().min(1));
  EXPECT_LT(distance.max().item<double>(), 1e-9);
}

// Of 4000 rows and donors: the mean confidence stays within 0.02, five times its deviation.
TEST(Permute, KeepsAccuracyRankingAndMeanConfidence) {
  const auto data = drawn_rows(4000, 5, 2.5), others = drawn_rows(4000, 5, 2.5, 2);
  const auto right = said(applied(*fitted_to(data, "temperature"), others.logits), others.labels);
  const auto moved = applied(*fitted_to(data, "permute", {{"share", 1.0}}), others.logits);
  const auto after = said(moved, others.labels);
  EXPECT_NEAR(after.confidence, right.confidence, 0.02);
  EXPECT_EQ(after.accuracy, right.accuracy);
  EXPECT_TRUE(keeps_ranking(others.logits, moved));
  EXPECT_GT(after.ece, right.ece + 0.05);
}

TEST(Permute, IsTheStartWithoutAShare) {
  const auto data = drawn_rows(500, 5, 2.5);
  const auto as_is = fitted_to(data, "permute", {{"share", 0.0}, {"start", std::string("as_is")}});
  EXPECT_TRUE(applied(*as_is, data.logits).equal(data.logits));
}

TEST(Permute, ServesARowWhoseConfidenceCannotBe) {
  const auto data = drawn_rows(500, 5, 2.5);
  const auto calibrator = fitted_to(data, "permute", {{"share", 1.0}});
  EXPECT_TRUE(applied(*calibrator, rows({1, 1, 1, 1, 1, 2, 2, 0, 0, 0}, 5)).isfinite().all().item<bool>());  // ties
}

}  // namespace
}  // namespace kdbench::test
