// Numbers of a network that other programs print otherwise: who counts, which bin, which temperature.
#include <kdbench/calibration/metrics.h>
#include <kdbench/calibration/temperature.h>

#include <gtest/gtest.h>

#include <unit/calibration/labelled_logits.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace kdbench::public_faults {
namespace {

using test::LabelledLogits;

/// Ten rows of two classes of which five are right: 3 of the first four, 2 of the next four, 0 of the last two.
LabelledLogits ten_rows() {
  LabelledLogits out;
  for (const int label : {0, 0, 0, 1, 0, 0, 1, 1, 1, 1}) {
    out.logits.insert(out.logits.end(), {1, 0});
    out.labels.push_back(label);
  }
  return out;
}

TEST(KB_09, AccuracyIsAMeanOverRowsAndNotOverBatches) {
  // A mean over batches of 4, 4 and 2 would be (3/4 + 2/4 + 0/2) / 3 = 0.4167.
  EXPECT_DOUBLE_EQ(measure(ten_rows().view()).metrics.accuracy, 0.5);
}

TEST(KB_09, TiesGoToTheLowestClassAndAConstantNetworkIsRightByChanceAlone) {
  const LabelledLogits five{std::vector<double>(25, 0.0), {0, 1, 2, 3, 4}, 5};
  EXPECT_DOUBLE_EQ(measure(five.view()).metrics.accuracy, 0.2);
  const LabelledLogits ten{std::vector<double>(100, 0.0), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10};
  EXPECT_DOUBLE_EQ(measure(ten.view()).metrics.top5, 0.5);
}

TEST(KB_10, ConfidenceOneIsInTheLastBinAndNoRowIsLost) {
  // Confidences 0.95, right, and 1.0, wrong: |1/2 - 0.975| = 0.475. A bin beyond the last would give 0.525.
  const auto report = measure_probabilities(std::vector<double>{0.95, 0.05, 1.0, 0.0}, std::vector<std::int64_t>{0, 1}, 2, 10);
  EXPECT_NEAR(report.metrics.ece, 0.475, 1e-15);
  EXPECT_NEAR(report.metrics.mce, 0.475, 1e-15);
  EXPECT_EQ(report.reliability.back().count, 2);
  // exp(-40) is lost beside 1, so that trained networks come here by themselves.
  const LabelledLogits saturated{{40, 0}, {0}, 2};
  EXPECT_EQ(measure(saturated.view(), 15).reliability.back().count, 1);
}

TEST(KB_10, EmptyBinsAreNullAndCountsSumToTheRows) {
  const auto report = measure(ten_rows().view(), 10);
  std::int64_t rows = 0;
  for (const auto& bin : to_document(report.reliability)) {
    rows += bin["count"].get<std::int64_t>();
    EXPECT_EQ(bin["accuracy"].is_null(), bin["count"] == 0);
    EXPECT_EQ(bin["confidence"].is_null(), bin["count"] == 0);
  }
  EXPECT_EQ(rows, 10);
  for (const int bins : {0, -3}) EXPECT_THROW(measure(ten_rows().view(), bins), std::invalid_argument) << bins;
  EXPECT_THROW(measure(LabelledLogits{}.view()), std::invalid_argument);
}

/// `right` of ten rows (4, 0) have label 0.
LabelledLogits margin_of_four(int right) {
  LabelledLogits out;
  for (int i = 0; i < 10; ++i) {
    out.logits.insert(out.logits.end(), {4, 0});
    out.labels.push_back(i < right ? 0 : 1);
  }
  return out;
}

TEST(KB_11, TheTemperatureOfTwoClassesIsThatOfTheFormula) {
  // sigmoid(4 / T) = 8 / 10, so T = 4 / ln 4
  EXPECT_NEAR(fit_temperature(margin_of_four(8).view()).T, 2.885390, 1e-6);
}

TEST(KB_11, ATemperatureWithoutAnOptimumStopsAtABoundAndSaysSo) {
  for (const auto& [right, status] : {std::pair{3, "at_upper_bound"}, {5, "at_upper_bound"}, {10, "at_lower_bound"}}) {
    const auto data = margin_of_four(right);
    const auto fit = fit_temperature(data.view());
    EXPECT_EQ(fit.status, status) << right << " of 10 are right";
    EXPECT_TRUE(std::isfinite(fit.T) && fit.T > 0) << fit.T;
    EXPECT_LE(fit.nll_after, fit.nll_before);
    EXPECT_EQ(measure_quickly(data.view(), 15, fit.T).accuracy, right / 10.0);  // scaling changes no prediction
  }
  const LabelledLogits nan{{0, std::numeric_limits<double>::quiet_NaN()}, {0}, 2};
  EXPECT_THROW(fit_temperature(nan.view()), std::invalid_argument);
  EXPECT_THROW(fit_temperature(LabelledLogits{}.view()), std::invalid_argument);
}

}  // namespace
}  // namespace kdbench::public_faults
