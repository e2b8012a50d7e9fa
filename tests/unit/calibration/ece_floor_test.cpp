// The ECE that chance alone makes, and the ECE without it.
#include <kdbench/base/json.h>
#include <kdbench/calibration/ece_floor.h>
#include <kdbench/calibration/metrics.h>

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <utility>

namespace kdbench {
namespace {

const std::string kGolden = KDBENCH_TEST_DATA "/golden/";

std::vector<ConfidenceHit> rows(std::size_t n, double confidence) { return {n, ConfidenceHit{confidence, false}}; }

TEST(EceFloor, IsTheMeanAndTheQuantileOfEveryWayToLabelThreeRows) {
  // Three rows of confidence 3/4 in one bin: 0, 1, 2 or 3 of them are right with probability 1, 9, 27, 27 of 64, and then the gap
  // |3/4 - right/3| is 9/12, 5/12, 1/12, 3/12. Mean: (9 + 45 + 27 + 81) / (12 * 64) = 162/768. Of all draws 1/64 lie above 5/12
  // and 10/64 at or above it, so that the 95 % quantile is 5/12.
  const auto floor = ece_floor(rows(3, 0.75), EqualWidthBins(1));
  EXPECT_NEAR(floor.expected, 162.0 / 768, 1e-15);
  EXPECT_NEAR(floor.quantile95, 5.0 / 12, 1e-15);
}

TEST(EceFloor, AddsUpOverBinsByTheirShareOfTheRows) {
  // Three rows as above and one of confidence 1/4, whose gap is 3/4 with probability 1/4 and 1/4 else, 3/8 in the mean:
  // 3/4 * 162/768 + 1/4 * 3/8.
  auto samples = rows(3, 0.75);
  samples.push_back({0.25, false});
  EXPECT_NEAR(ece_floor(samples, EqualWidthBins(2)).expected, 0.75 * 162 / 768 + 0.25 * 0.375, 1e-15);
}

TEST(EceFloor, ReadsConfidencesAndNoLabels) {
  auto right = rows(50, 0.8);
  for (auto& sample : right) sample.hit = true;
  const EqualWidthBins bins(15);
  const auto a = ece_floor(right, bins), b = ece_floor(rows(50, 0.8), bins);
  EXPECT_EQ(a.expected, b.expected);
  EXPECT_EQ(a.quantile95, b.quantile95);
}

TEST(EceFloor, IsZeroForANetworkThatIsSure) {
  const auto floor = ece_floor(rows(1000, 1.0), EqualWidthBins(15));
  EXPECT_EQ(floor.expected, 0);
  EXPECT_EQ(floor.quantile95, 0);
}

TEST(EceFloor, FallsWithTheRootOfTheRows) {
  // One bin of confidence 1/2: the mean of |right - n/2| / n is close to sqrt(1 / (2 pi n)), and its 95 % quantile to 1.96 / (2
  // sqrt(n)).
  const EqualWidthBins bins(1);
  for (const std::size_t n : {100, 10000}) {
    const auto floor = ece_floor(rows(n, 0.5), bins);
    const auto root = std::sqrt(static_cast<double>(n));
    EXPECT_NEAR(floor.expected * root, std::sqrt(1 / (2 * std::acos(-1.0))), 0.002) << n;
    EXPECT_NEAR(floor.quantile95 * root, 0.98, 0.06) << n;
  }
}

TEST(DebiasedEce, TakesOffWhatDrawingTheAccuracyAgainAdds) {
  // Four rows of confidence 3/4, two right: a gap of 1/4 with a deviation of sqrt(1/2 * 1/2 / 4) = 1/4. The mean of |N(1/4,
  // 1/16)| is 1/4 (sqrt(2/pi) exp(-1/2) + erf(1/sqrt(2))) = 1/4 (0.48394145 + 0.68268949) = 0.29165774; 2/4 - that.
  EXPECT_NEAR(debiased_ece({{4, 2, 3.0}}, 4), 0.20834226, 1e-8);
}

TEST(DebiasedEce, IsTheEceWhereAccuracyIsCertainAndNeverBelowZero) {
  EXPECT_DOUBLE_EQ(debiased_ece({{4, 4, 3.0}}, 4), 0.25);  // all right: no deviation
  EXPECT_EQ(debiased_ece({{4, 3, 3.0}}, 4), 0);            // gap 0: 0 - the mean of |N(0, 3/64)|
}

TEST(DebiasedEce, IsNearerToTheTruthThanTheEce) {
  // 200 calibrated networks of 300 rows: the truth is 0. Of a bin's gap x from N(0, s^2) the estimate leaves 2 E|x| - E|x + y|
  // with y like x, which is 2 - sqrt(2) of E|x|: two fifths of the ECE are taken off. Of a gap that is large beside s next to
  // nothing is.
  std::mt19937_64 engine(5);
  std::uniform_real_distribution<double> uniform(0, 1);
  double plain = 0, debiased = 0, floor = 0;
  const EqualWidthBins bins(15);
  for (int i = 0; i < 200; ++i) {
    std::vector<BinTally> tallies(15);
    std::vector<ConfidenceHit> samples;
    for (int row = 0; row < 300; ++row) {
      const double confidence = 0.4 + 0.6 * uniform(engine);
      samples.push_back({confidence, uniform(engine) < confidence});
      tallies[static_cast<std::size_t>(bins.index(confidence))].add(confidence, samples.back().hit);
    }
    plain += summarise(tallies, 300).ece / 200;
    debiased += debiased_ece(tallies, 300) / 200;
    floor += ece_floor(samples, bins).expected / 200;
  }
  EXPECT_NEAR(plain, floor, 0.001);
  EXPECT_NEAR(debiased, (2 - std::sqrt(2.0)) * plain, 0.002);
}

TEST(EceFloor, AgreesWithScipyOnEveryGoldenCase) {
  const auto networks = read_json(kGolden + "calibration.json"), floors = read_json(kGolden + "ece_floor.json");
  ASSERT_TRUE(networks && floors);
  std::map<std::string, Json> inputs;
  for (const auto& item : (*networks)["cases"]) inputs[item["id"]] = item;
  for (const auto& expected : (*floors)["cases"]) {
    const auto& item = inputs.at(expected["id"]);
    const bool logits = item["inputs"].contains("logits");
    const auto values = item["inputs"][logits ? "logits" : "probs"]["data"].get<std::vector<double>>();
    const auto labels = item["inputs"]["labels"]["data"].get<std::vector<std::int64_t>>();
    const std::int64_t num_classes = item["C"];
    const int bins = expected["bins"];
    const auto m =
        (logits ? measure({values, labels, num_classes}, bins) : measure_probabilities(values, labels, num_classes, bins))
            .metrics;
    const auto where = expected["id"].get<std::string>() + " bins=" + std::to_string(bins);
    ASSERT_TRUE(m.ece_floor && m.ece_floor_95 && m.ece_debiased && m.entropy) << where;
    EXPECT_NEAR(*m.ece_floor, expected["floor"], 1e-12) << where;
    EXPECT_NEAR(*m.ece_debiased, expected["debiased"], 1e-12) << where;
    EXPECT_NEAR(*m.entropy, expected["entropy"], 1e-12) << where;
    // The 950th of 1000 draws lies between these quantiles but once in several thousand times.
    EXPECT_GE(*m.ece_floor_95, expected["q92"].get<double>() - 1e-12) << where;
    EXPECT_LE(*m.ece_floor_95, expected["q975"].get<double>() + 1e-12) << where;
  }
}

}  // namespace
}  // namespace kdbench
