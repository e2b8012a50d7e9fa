// Temperature scaling: golden values, the closed form of two classes, and data without an optimum.
#include "labelled_logits.h"

#include <kdbench/calibration/calibrate_report.h>
#include <kdbench/calibration/temperature.h>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace kdbench {
namespace {

using test::LabelledLogits;

/// n rows (margin, 0), of which `right` have label 0.
LabelledLogits two_classes(int n, int right, double margin = 4.0) {
  LabelledLogits out;
  for (int i = 0; i < n; ++i) {
    out.logits.insert(out.logits.end(), {margin, 0.0});
    out.labels.push_back(i < right ? 0 : 1);
  }
  return out;
}

void expect_sane(const LabelledLogits& data, const TemperatureFit& fit) {
  EXPECT_TRUE(std::isfinite(fit.T));
  EXPECT_GE(fit.T, kMinTemperature);
  EXPECT_LE(fit.T, kMaxTemperature);
  EXPECT_LE(fit.nll_after, fit.nll_before);
  EXPECT_EQ(measure_quickly(data.view()).accuracy, measure_quickly(data.view(), 15, fit.T).accuracy);
}

TEST(FitTemperature, FindsTheClosedFormOfTwoClasses) {
  // Margin 4 with 8 of 10 right: sigmoid(4/T) = 0.8, so T = 4 / ln(0.8/0.2) = 4 / ln 4.
  const auto data = two_classes(10, 8);
  const auto fit = fit_temperature(data.view());
  EXPECT_EQ(fit.status, "ok");
  EXPECT_NEAR(fit.T, 4 / std::log(4.0), 1e-12);
  EXPECT_NEAR(fit.ece_after, 0.0, 1e-12);  // confidence 0.8 = accuracy
  expect_sane(data, fit);
}

TEST(FitTemperature, WorksFarFromOne) {
  // The same with margins 4000 and 0.004: T scales with the margin.
  for (const double scale : {100.0, 1e-2}) {
    const auto fit = fit_temperature(two_classes(10, 8, 4 * scale).view());
    EXPECT_EQ(fit.status, "ok");
    EXPECT_NEAR(fit.T / scale, 4 / std::log(4.0), 1e-11);
  }
}

TEST(FitTemperature, StopsAtABoundWhenThereIsNoOptimum) {
  const std::pair<int, const char*> cases[] = {
      {3, "at_upper_bound"}, {5, "at_upper_bound"}, {0, "at_upper_bound"}, {10, "at_lower_bound"}};
  for (const auto& [right, status] : cases) {
    const auto data = two_classes(10, right);
    const auto fit = fit_temperature(data.view());
    EXPECT_EQ(fit.status, status) << right << " right";
    EXPECT_EQ(fit.T, right == 10 ? kMinTemperature : kMaxTemperature);
    expect_sane(data, fit);
  }
}

TEST(FitTemperature, SaysWhenTheTemperatureDoesNotMatter) {
  const LabelledLogits data{{1, 1, 1, 2, 2, 2}, {0, 2}, 3};
  const auto fit = fit_temperature(data.view());
  EXPECT_EQ(fit.status, "flat");
  EXPECT_EQ(fit.T, 1.0);
  expect_sane(data, fit);
}

TEST(FitTemperature, SaysWhenALabelHasProbabilityZero) {
  const double inf = std::numeric_limits<double>::infinity();
  const LabelledLogits data{{0, -inf, 1, 0}, {1, 0}, 2};
  const auto fit = fit_temperature(data.view());
  EXPECT_EQ(fit.status, "infinite_nll");
  EXPECT_EQ(fit.T, 1.0);
  EXPECT_EQ(to_document(fit)["nll_after"], "inf");
}

TEST(FitTemperature, IgnoresClassesThatAreRuledOut) {
  auto data = two_classes(10, 8);
  LabelledLogits wide{{}, data.labels, 3};
  for (std::size_t i = 0; i < 10; ++i) {
    wide.logits.insert(wide.logits.end(), {4.0, 0.0, -std::numeric_limits<double>::infinity()});
  }
  EXPECT_NEAR(fit_temperature(wide.view()).T, 4 / std::log(4.0), 1e-12);
}

TEST(FitTemperature, RefusesEmptyAndNanLogits) {
  EXPECT_THROW(fit_temperature(LabelledLogits{}.view()), std::invalid_argument);
  EXPECT_THROW(fit_temperature(LabelledLogits{{0, std::nan("")}, {0}, 2}.view()), std::invalid_argument);
}

class TemperatureGolden : public testing::Test {
 protected:
  void SetUp() override {
    auto read = read_json(std::string(KDBENCH_TEST_DATA) + "/golden/temperature_scaling.json");
    ASSERT_TRUE(read) << to_text(read.error());
    cases_ = (*read)["cases"];
    ASSERT_EQ(cases_.size(), 7u);
  }
  static LabelledLogits data_of(const Json& item) {
    return {item["inputs"]["logits"]["data"].get<std::vector<double>>(),
            item["inputs"]["labels"]["data"].get<std::vector<std::int64_t>>(), item["C"]};
  }
  Json cases_;
};

TEST_F(TemperatureGolden, FitAgrees) {
  for (const auto& item : cases_) {
    SCOPED_TRACE(item["id"].get<std::string>());
    const auto data = data_of(item);
    const auto& expected = item["expected"];
    for (const int bins : {10, 15, 20}) {
      const auto fit = fit_temperature(data.view(), bins);
      expect_sane(data, fit);
      EXPECT_NEAR(fit.nll_before, expected["nll_before"].get<double>(), 1e-12);
      EXPECT_NEAR(fit.ece_before, expected["ece_before"][std::to_string(bins)].get<double>(), 1e-12);
      if (expected["status"] != "ok") continue;
      EXPECT_EQ(fit.status, "ok");
      // The reference's own root: dNLL/dbeta is 1e-16 there and the second derivative of order 0.1
      // to 10.
      EXPECT_NEAR(fit.T / expected["temperature"].get<double>(), 1.0, 1e-13);
      EXPECT_NEAR(fit.nll_after, expected["nll_after"].get<double>(), 1e-12);
      EXPECT_NEAR(fit.ece_after, expected["ece_after"][std::to_string(bins)].get<double>(), 1e-12);
    }
  }
}

TEST_F(TemperatureGolden, ReportsNoOptimumAsABound) {
  for (const auto& item : cases_) {
    const auto id = item["id"].get<std::string>();
    if (item["expected"]["status"] == "ok") continue;
    const bool to_zero = id == "temperature_scaling/all_correct";
    const auto fit = fit_temperature(data_of(item).view());
    EXPECT_EQ(fit.status, to_zero ? "at_lower_bound" : "at_upper_bound") << id;
    // At T = 1000 the probabilities are still off uniform by about (logit spread / 1000); at T =
    // 1/1000 the smallest margin, 1/64, still leaves exp(-1000 / 64) = 1.6e-7 in one row of 50.
    EXPECT_NEAR(fit.nll_after, item["expected"]["limit_nll"].get<double>(), to_zero ? 1e-8 : 1e-2) << id;
  }
}

TEST_F(TemperatureGolden, CurveAgrees) {
  for (const auto& item : cases_) {
    std::vector<double> taus;
    for (const auto& point : item["curve"]) taus.push_back(point["tau"]);
    const auto curve = tau_curve(data_of(item).view(), taus);
    ASSERT_EQ(curve.size(), taus.size());
    for (std::size_t i = 0; i < taus.size(); ++i) {
      EXPECT_EQ(curve[i].tau, taus[i]);
      EXPECT_NEAR(curve[i].nll, item["curve"][i]["nll"].get<double>(), 1e-11) << item["id"];
      EXPECT_NEAR(curve[i].ece, item["curve"][i]["ece15"].get<double>(), 1e-12) << item["id"];
    }
  }
}

TEST(TauCurve, RefusesATemperatureThatIsNotPositive) {
  EXPECT_THROW(tau_curve(two_classes(4, 2).view(), std::vector<double>{1, -1}), std::invalid_argument);
}

TEST(CalibrateReport, HoldsEveryPartAndTheFitImprovesTheNll) {
  const auto data = two_classes(10, 8);
  const auto report = calibrate_report(data.view(), 10, std::vector<double>{1, 2, 4});
  EXPECT_EQ(report.metrics.n, 10);
  EXPECT_EQ(report.reliability.size(), 10u);
  EXPECT_EQ(report.temperature.status, "ok");
  EXPECT_EQ(report.after.accuracy, report.metrics.accuracy);
  EXPECT_EQ(report.after.nll, report.temperature.nll_after);
  ASSERT_EQ(report.tau_curve.size(), 3u);
  EXPECT_EQ(report.tau_curve[0].ece, report.metrics.ece);
  const auto document = to_document(report);
  EXPECT_EQ(document.at("metrics").at("n"), 10);
  EXPECT_FALSE(document.at("metrics").contains("reliability"));
}

}  // namespace
}  // namespace kdbench
