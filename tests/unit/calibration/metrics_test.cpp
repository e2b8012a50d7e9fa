// Hand-sized cases and properties of the calibration measures.
#include "labelled_logits.h"

#include <kdbench/calibration/bins.h>
#include <kdbench/calibration/metrics.h>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>

namespace kdbench {
namespace {

using test::LabelledLogits;

constexpr double kInf = std::numeric_limits<double>::infinity();

LabelledLogits random_data(std::int64_t n, std::int64_t k, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal(0, 3);
  LabelledLogits out{{}, {}, k};
  for (std::int64_t i = 0; i < n * k; ++i) out.logits.push_back(normal(engine));
  for (std::int64_t i = 0; i < n; ++i) out.labels.push_back(static_cast<std::int64_t>(engine() % static_cast<unsigned>(k)));
  return out;
}

std::string message_of(const LabelledLogits& data, int bins = 15, double temperature = 1) {
  try {
    measure(data.view(), bins, temperature);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

TEST(EqualWidthBins, AreClosedOnTheRight) {
  const EqualWidthBins bins(10);
  EXPECT_EQ(bins.index(0.0), 0);
  EXPECT_EQ(bins.index(0.1), 0);
  EXPECT_EQ(bins.index(std::nextafter(0.1, 1.0)), 1);
  EXPECT_EQ(bins.index(0.3), 2);  // 3/10 in double is 0.3
  EXPECT_EQ(bins.index(1.0), 9);
  EXPECT_EQ(bins.index(std::nextafter(1.0, 0.0)), 9);
}

TEST(EqualWidthBins, EveryEdgeBelongsToTheBinBelowIt) {
  for (int count = 1; count <= 100; ++count) {
    const EqualWidthBins bins(count);
    for (int b = 0; b < count; ++b) {
      EXPECT_EQ(bins.index(bins.upper(b)), b);
      EXPECT_EQ(bins.index(std::nextafter(bins.lower(b), 1.0)), b);
    }
  }
}

TEST(Measure, KeepsConfidenceOneInTheLastBin) {
  // Confidences 0.95 (right) and 1.0 (wrong), 10 bins: both in bin 10, gap |1/2 - 1.95/2| = 0.475.
  // A bin of its own for 1.0 would give 0.525, a lost row 0.025.
  std::ifstream file(std::string(KDBENCH_TEST_DATA) + "/unit/calibration/data/ece_edges.csv");
  std::vector<double> p;
  std::vector<std::int64_t> labels;
  std::string line;
  std::getline(file, line);
  ASSERT_EQ(line, "confidence,correct");
  while (std::getline(file, line)) {
    const double confidence = std::stod(line);
    p.insert(p.end(), {confidence, 1 - confidence});
    labels.push_back(line.ends_with(",1") ? 0 : 1);
  }
  ASSERT_EQ(labels.size(), 2u);
  const auto report = measure_probabilities(p, labels, 2, 10);
  EXPECT_NEAR(report.metrics.ece, 0.475, 1e-15);
  EXPECT_NEAR(report.metrics.mce, 0.475, 1e-15);
  EXPECT_EQ(report.reliability.back().count, 2);
  EXPECT_EQ(report.metrics.nll, kInf);
}

TEST(Measure, KeepsSaturatedLogitsInTheLastBin) {
  // exp(-40) is lost beside 1: the confidence of [40, 0] is exactly 1.
  const LabelledLogits data{{40, 0, 0, 40}, {0, 0}, 2};
  const auto report = measure(data.view(), 15);
  EXPECT_EQ(report.reliability.back().count, 2);
  EXPECT_NEAR(report.metrics.ece, 0.5, 1e-15);
}

TEST(Measure, BinCountsSumToTheNumberOfSamplesAndEmptyBinsAreNull) {
  const auto data = random_data(200, 7, 1);
  const auto report = measure(data.view(), 50);
  std::int64_t total = 0;
  ASSERT_EQ(report.reliability.size(), 50u);
  for (const auto& bin : report.reliability) {
    total += bin.count;
    EXPECT_EQ(bin.accuracy.has_value(), bin.count > 0);
    EXPECT_EQ(bin.confidence.has_value(), bin.count > 0);
  }
  EXPECT_EQ(total, 200);
  // The largest of 7 probabilities is at least 1/7, so the first bin (up to 1/50) is empty.
  const auto rows = to_document(report.reliability);
  EXPECT_TRUE(rows[0]["accuracy"].is_null());
  EXPECT_TRUE(rows[0]["confidence"].is_null());
  EXPECT_EQ(rows[0]["count"], 0);
}

TEST(Measure, BreaksTiesByTheLowestIndex) {
  // All-equal logits, 10 balanced classes: top-1 takes class 0 (1/10), top-5 takes 0 to 4 (5/10).
  LabelledLogits data{std::vector<double>(100, 2.5), {}, 10};
  for (std::int64_t c = 0; c < 10; ++c) data.labels.push_back(c);
  const auto metrics = measure(data.view()).metrics;
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.1);
  EXPECT_DOUBLE_EQ(metrics.top5, 0.5);
  // 5 classes: 1/5, and the best 5 of 5 always hold the label.
  data = {std::vector<double>(25, 0.0), {0, 1, 2, 3, 4}, 5};
  EXPECT_DOUBLE_EQ(measure(data.view()).metrics.accuracy, 0.2);
  EXPECT_DOUBLE_EQ(measure(data.view()).metrics.top5, 1.0);
}

TEST(Measure, TopFiveOfThreeClassesIsOne) { EXPECT_DOUBLE_EQ(measure(random_data(20, 3, 2).view()).metrics.top5, 1.0); }

TEST(Measure, SplitsEceIntoOverAndUnderconfidence) {
  // Bins of 1/2: confidence 0.9 wrong (over by 0.9) and 0.5 right (under by 0.5), half of the
  // samples each.
  const std::vector<double> p{0.9, 0.1, 0.5, 0.5};
  const auto metrics = measure_probabilities(p, std::vector<std::int64_t>{1, 0}, 2, 2).metrics;
  EXPECT_NEAR(metrics.overconfidence, 0.45, 1e-15);
  EXPECT_NEAR(metrics.underconfidence, 0.25, 1e-15);
  EXPECT_NEAR(metrics.ece, 0.70, 1e-15);
}

TEST(Measure, ComputesNllAndBrierOfAKnownRow) {
  // logits (ln 3, 0): p = (3/4, 1/4). Label 1: nll = ln 4, brier = (3/4)^2 + (3/4)^2 = 1.125.
  const LabelledLogits data{{std::log(3.0), 0.0}, {1}, 2};
  const auto metrics = measure(data.view()).metrics;
  EXPECT_NEAR(metrics.nll, std::log(4.0), 1e-15);
  EXPECT_NEAR(metrics.brier, 1.125, 1e-15);
}

TEST(Measure, DividesLogitsByTheTemperature) {
  // (2 ln 3, 0) at temperature 2 is (ln 3, 0).
  const LabelledLogits hot{{2 * std::log(3.0), 0.0}, {0}, 2};
  EXPECT_NEAR(measure(hot.view(), 15, 2.0).metrics.mean_confidence, 0.75, 1e-15);
}

TEST(Measure, DoesNotOverflowOnHugeLogits) {
  const LabelledLogits data{{1e300, -1e300, 0, -1e300, 1e300, 0}, {0, 1}, 3};
  const auto metrics = measure(data.view()).metrics;
  EXPECT_EQ(metrics.nll, 0.0);
  EXPECT_EQ(metrics.accuracy, 1.0);
}

TEST(Measure, AllowsClassesThatAreRuledOut) {
  const LabelledLogits data{{0, -kInf, 0, 0, -kInf, 0}, {0, 1}, 3};
  const auto metrics = measure(data.view()).metrics;
  EXPECT_EQ(metrics.nll, kInf);  // the second label is ruled out
  EXPECT_EQ(to_document(metrics)["nll"], "inf");
  EXPECT_NEAR(metrics.mean_confidence, 0.5, 1e-15);
}

TEST(Measure, DoesNotDependOnTheOrderOfSamples) {
  const auto data = random_data(101, 6, 3);
  LabelledLogits reversed{{}, {}, 6};
  for (std::int64_t i = 100; i >= 0; --i) {
    const auto row = data.view().row(i);
    reversed.logits.insert(reversed.logits.end(), row.begin(), row.end());
    reversed.labels.push_back(data.labels[static_cast<std::size_t>(i)]);
  }
  const auto a = to_document(measure(data.view()).metrics), b = to_document(measure(reversed.view()).metrics);
  for (const auto& [key, value] : a.items()) EXPECT_NEAR(value.get<double>(), b[key].get<double>(), 1e-13) << key;
}

TEST(Measure, RefusesWhatCannotBeMeasured) {
  EXPECT_EQ(message_of({{}, {}, 3}), "expected at least 1 sample, found none");
  EXPECT_EQ(message_of({{}, {}, 0}), "expected at least 1 class, found 0");
  EXPECT_EQ(message_of({{1, 2, 3}, {0}, 2}), "expected 1 x 2 logits, found 3");
  EXPECT_EQ(message_of({{1, 2}, {2}, 2}), "expected labels from 0 to 1, found 2 in row 0");
  EXPECT_EQ(message_of({{1, 2}, {-1}, 2}), "expected labels from 0 to 1, found -1 in row 0");
  EXPECT_EQ(message_of({{1, 2, 3, std::nan("")}, {0, 0}, 2}), "expected finite logits (or -inf), found nan in row 1, class 1");
  EXPECT_EQ(message_of({{kInf, 2}, {0}, 2}), "expected finite logits (or -inf), found inf in row 0, class 0");
  EXPECT_EQ(message_of({{-kInf, -kInf}, {0}, 2}), "row 0: every logit is -inf; expected a finite one");
  EXPECT_EQ(message_of({{1, 2}, {0}, 2}, 0), "expected at least 1 bin, found 0");
  EXPECT_EQ(message_of({{1, 2}, {0}, 2}, -3), "expected at least 1 bin, found -3");
  EXPECT_EQ(message_of({{1, 2}, {0}, 2}, 15, 0), "expected a positive, finite temperature, found 0");
  EXPECT_EQ(message_of({{1, 2}, {0}, 2}, 15, kInf), "expected a positive, finite temperature, found inf");
}

TEST(MeasureProbabilities, RefusesAValueThatIsNoProbability) {
  const std::vector<double> p{1.5, -0.5};
  EXPECT_THROW(measure_probabilities(p, std::vector<std::int64_t>{0}, 2), std::invalid_argument);
}

TEST(MeasureQuickly, EqualsTheFullReport) {
  const auto data = random_data(500, 10, 4);
  for (const double temperature : {0.5, 1.0, 3.0}) {
    const auto full = measure(data.view(), 15, temperature).metrics;
    const auto quick = measure_quickly(data.view(), 15, temperature);
    EXPECT_EQ(quick.accuracy, full.accuracy);
    EXPECT_EQ(quick.nll, full.nll);
    EXPECT_EQ(quick.ece, full.ece);
  }
}

TEST(Measure, GivesTheEntropyOfRowsThatAreKnown) {
  // Four equal logits: ln 4. Probabilities 3/4 and 1/4 at temperature 1, from logits ln 3 and 0: ln 4 - 3/4 ln 3. A class at -inf
  // adds nothing.
  EXPECT_NEAR(*measure(LabelledLogits{{0, 0, 0, 0}, {0}, 4}.view()).metrics.entropy, std::log(4.0), 1e-15);
  const double known = std::log(4.0) - 0.75 * std::log(3.0);
  EXPECT_NEAR(*measure(LabelledLogits{{std::log(3.0), 0, -kInf}, {0}, 3}.view()).metrics.entropy, known, 1e-15);
  EXPECT_NEAR(*measure(LabelledLogits{{2 * std::log(3.0), 0}, {0}, 2}.view(), 15, 2).metrics.entropy, known, 1e-15);
  EXPECT_NEAR(*measure_probabilities(std::vector<double>{0.75, 0.25, 0}, std::vector<std::int64_t>{1}, 3).metrics.entropy, known,
              1e-15);
}

TEST(MetricsJson, ReadsARecordOfBeforeTheFloor) {
  auto json = to_document(measure(random_data(20, 3, 5).view()).metrics);
  for (const char* key : {"ece_floor", "ece_floor_95", "ece_debiased", "entropy"}) json.erase(key);
  const auto read = from_document<CalibrationMetrics>(json);
  EXPECT_FALSE(read.ece_floor || read.ece_floor_95 || read.ece_debiased || read.entropy);
  EXPECT_EQ(to_document(read), json);
}

TEST(MetricsJson, HasTheKeysOfARecord) {
  const auto json = to_document(measure(random_data(20, 3, 5).view()));
  for (const char* key : {"n",
                          "accuracy",
                          "top5",
                          "nll",
                          "brier",
                          "ece",
                          "mce",
                          "rmsce",
                          "ace",
                          "adaptive_ece",
                          "classwise_ece",
                          "overconfidence",
                          "underconfidence",
                          "mean_confidence",
                          "bins",
                          "ece_floor",
                          "ece_floor_95",
                          "ece_debiased",
                          "entropy",
                          "reliability"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json.size(), 20u);
  EXPECT_EQ(json["reliability"].size(), 15u);
  EXPECT_EQ(json["reliability"][14]["upper"], 1.0);
}

}  // namespace
}  // namespace kdbench
