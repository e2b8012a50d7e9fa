// Golden values: every case of golden/calibration.json, three bin counts each.
#include <kdbench/base/json.h>
#include <kdbench/calibration/bins.h>
#include <kdbench/calibration/metrics.h>

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace kdbench {
namespace {

const std::string kData = KDBENCH_TEST_DATA;

// Sums of at most 15,000 doubles in another order than the reference's.
constexpr double kTolerance = 1e-12;

CalibrationReport measure_case(const Json& inputs, std::int64_t num_classes, int bins) {
  const auto labels = inputs["labels"]["data"].get<std::vector<std::int64_t>>();
  const bool logits = inputs.contains("logits");
  const auto values = inputs[logits ? "logits" : "probs"]["data"].get<std::vector<double>>();
  return logits ? measure({values, labels, num_classes}, bins) : measure_probabilities(values, labels, num_classes, bins);
}

void expect_near(const Json& expected, double found, const std::string& where) {
  const double value = to_double(expected);
  if (std::isinf(value)) {
    EXPECT_EQ(found, value) << where;
  } else {
    EXPECT_NEAR(found, value, kTolerance) << where;
  }
}

void expect_reliability(const Json& expected, const std::vector<ReliabilityBin>& found, const std::string& where) {
  ASSERT_EQ(expected["count"].size(), found.size()) << where;
  for (std::size_t b = 0; b < found.size(); ++b) {
    const auto place = where + " bin " + std::to_string(b);
    EXPECT_EQ(expected["count"][b], found[b].count) << place;
    ASSERT_EQ(expected["acc"][b].is_null(), !found[b].accuracy) << place;
    ASSERT_EQ(expected["conf"][b].is_null(), !found[b].confidence) << place;
    if (!found[b].accuracy) continue;
    expect_near(expected["acc"][b], *found[b].accuracy, place + " acc");
    expect_near(expected["conf"][b], *found[b].confidence, place + " conf");
  }
}

TEST(MeasureGolden, AgreesOnEveryCaseAndBinCount) {
  const auto document = read_json(kData + "/golden/calibration.json");
  ASSERT_TRUE(document) << to_text(document.error());
  int checked = 0;
  for (const auto& item : (*document)["cases"]) {
    for (const auto& [bins, expected] : item["expected"]["by_bins"].items()) {
      const auto where = item["id"].get<std::string>() + " bins=" + bins;
      const auto report = measure_case(item["inputs"], item["C"], std::stoi(bins));
      const auto& m = report.metrics;
      EXPECT_EQ(m.n, item["n"]) << where;
      EXPECT_EQ(m.bins, std::stoi(bins)) << where;
      for (const auto& [name, value] :
           {std::pair{"accuracy", m.accuracy}, {"nll", m.nll}, {"brier", m.brier}, {"mean_confidence", m.mean_confidence}}) {
        expect_near(item["expected"][name], value, where + " " + name);
      }
      for (const auto& [name, value] : {std::pair{"ece", m.ece},
                                        {"mce", m.mce},
                                        {"rmsce", m.rmsce},
                                        {"ace", m.ace},
                                        {"adaptive_ece", m.adaptive_ece},
                                        {"classwise_ece", m.classwise_ece}}) {
        expect_near(expected[name], value, where + " " + name);
      }
      expect_reliability(expected["reliability"], report.reliability, where);
      ++checked;
    }
  }
  EXPECT_EQ(checked, 17 * 3);
}

}  // namespace
}  // namespace kdbench
