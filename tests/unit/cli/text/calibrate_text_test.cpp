// The words and columns of a calibration report.
#include <kdbench/cli/text/calibrate_text.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench {
namespace {

CalibrationMetrics metrics(double nll, double ece) {
  return {.n = 4,
          .accuracy = 0.75,
          .top5 = 1.0,
          .nll = nll,
          .brier = 0.5,
          .ece = ece,
          .mce = 0.3,
          .rmsce = 0.2,
          .ace = 0.15,
          .adaptive_ece = 0.125,
          .classwise_ece = 0.1,
          .overconfidence = ece,
          .underconfidence = 0.0,
          .mean_confidence = 0.9,
          .bins = 2,
          .ece_floor = 0.06,
          .ece_floor_95 = 0.11,
          .ece_debiased = 0.03,
          .entropy = 0.25};
}

CalibrateReport report() {
  return {.metrics = metrics(0.9, 0.15),
          .reliability = {{.lower = 0, .upper = 0.5, .count = 0, .accuracy = {}, .confidence = {}},
                          {.lower = 0.5, .upper = 1, .count = 4, .accuracy = 0.75, .confidence = 0.9}},
          .temperature = {.T = 2.5, .status = "ok", .nll_before = 0.9, .nll_after = 0.6, .ece_before = 0.15, .ece_after = 0.05},
          .after = metrics(0.6, 0.05),
          .tau_curve = {{.tau = 1, .ece = 0.15, .nll = 0.9}, {.tau = 2.5, .ece = 0.075, .nll = 0.6}}};
}

TEST(CalibrateText, ShowsEveryPart) {
  // Bars have 20 columns: accuracy 0.75 is 15, confidence 0.9 marks column 18; ECE 0.15 (the
  // largest) is 20, 0.075 is 10.
  EXPECT_EQ(calibrate_text(report()),
            "4 samples, 2 bins\n"
            "\n"
            "                             T = 1  T = 2.5\n"
            "  accuracy %                 75.00    75.00\n"
            "  top-5 accuracy %          100.00   100.00\n"
            "  mean confidence %          90.00    90.00\n"
            "  ECE %                      15.00     5.00\n"
            "    overconfident part %     15.00     5.00\n"
            "    underconfident part %     0.00     0.00\n"
            "    debiased %                3.00     3.00\n"
            "    floor, mean %             6.00     6.00\n"
            "    floor, 95 % quantile %   11.00    11.00\n"
            "  adaptive ECE %             12.50    12.50\n"
            "  classwise ECE %            10.00    10.00\n"
            "  ACE %                      15.00    15.00\n"
            "  RMSCE %                    20.00    20.00\n"
            "  MCE %                      30.00    30.00\n"
            "  NLL (nats)                0.9000   0.6000\n"
            "  Brier score               0.5000   0.5000\n"
            "  entropy (nats)            0.2500   0.2500\n"
            "floor: the ECE of a perfectly calibrated network of the same confidences on as many samples\n"
            "at T = 2.5 the ECE is no more than its floor: chance alone would give it\n"
            "\n"
            "fitted temperature 2.5\n"
            "  NLL 0.9000 -> 0.6000, ECE 15.00 % -> 5.00 %\n"
            "\n"
            "reliability (gap = accuracy - confidence)\n"
            "\n"
            "  confidence in   count  accuracy %  confidence %     gap  # accuracy, | confidence\n"
            "  [0.000, 0.500]      0\n"
            "  (0.500, 1.000]      4       75.00         90.00  -15.00  ###############  |\n"
            "\n"
            "ECE of softmax(logits / tau)\n"
            "\n"
            "  tau  ECE %     NLL\n"
            "    1  15.00  0.9000  ####################\n"
            "  2.5   7.50  0.6000  ########## lowest\n");
}

TEST(CalibrateText, ExplainsATemperatureWithoutAnOptimum) {
  auto changed = report();
  changed.temperature.T = 1000;
  changed.temperature.status = "at_upper_bound";
  EXPECT_NE(calibrate_text(changed).find("fitted temperature 1000 (the NLL falls all the way to the "
                                         "highest temperature tried; the logits do not help)\n"),
            std::string::npos);
}

TEST(CalibrateText, PrintsAnInfiniteNll) {
  auto changed = report();
  changed.metrics.nll = INFINITY;
  EXPECT_NE(calibrate_text(changed).find("  NLL (nats)                   inf   0.6000\n"), std::string::npos);
}

TEST(CalibrateText, SaysNothingOfAFloorThatWasNotMeasured) {
  auto changed = report();
  for (auto* metrics : {&changed.metrics, &changed.after}) metrics->ece_floor_95.reset();
  const auto text = calibrate_text(changed);
  EXPECT_NE(text.find("    floor, 95 % quantile %     n/a      n/a\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("chance alone"), std::string::npos) << text;
}

TEST(CalibrateText, LeavesOutAnEmptyCurve) {
  auto changed = report();
  changed.tau_curve.clear();
  EXPECT_EQ(calibrate_text(changed).find("tau"), std::string::npos);
}

}  // namespace
}  // namespace kdbench
