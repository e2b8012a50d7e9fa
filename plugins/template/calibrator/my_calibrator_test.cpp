// The shift by hand, and what it leaves as it is.
#include <kdbench/sdk/testing.h>

#include <gtest/gtest.h>

#include <cmath>

namespace {

using kdbench::test::numbers_of;
using kdbench::test::plugins;
using kdbench::test::rows;

/// What the calibrator makes of logits (0, 0), fitted to two rows of logits (0, 0) with labels 0 and 0.
std::vector<double> calibrated(double strength) {
  const auto calibrator = plugins().calibrator("my_calibrator", {{"strength", strength}}, {.num_classes = 2});
  calibrator->fit({rows({0, 0, 0, 0}, 2), at::tensor({0, 0}, torch::kInt64)});
  return numbers_of(calibrator->apply(rows({0, 0}, 2), at::tensor({0}, torch::kInt64)));
}

// Seen: (2 + 1) / (2 + 2) = 3/4 and 1/4. Said on average: 1/2 each. So the shifts are ln 3/2 and ln 1/2.
TEST(MyCalibrator, ShiftsByTheLogarithmOfWhatWasSeenOverWhatWasSaid) {
  const auto found = calibrated(1);
  EXPECT_NEAR(found[0], std::log(1.5), 1e-12);
  EXPECT_NEAR(found[1], std::log(0.5), 1e-12);
}

TEST(MyCalibrator, MakesAShareOfTheCorrection) {
  const auto found = calibrated(0.5);
  EXPECT_NEAR(found[0], std::log(1.5) / 2, 1e-12);
  EXPECT_EQ(calibrated(0), (std::vector<double>{0, 0}));
}

}  // namespace
