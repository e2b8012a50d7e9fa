// How much outputs tell about input and label: two rows by hand, and the bounds.
#include <kdbench/calibration/information.h>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace kdbench {
namespace {

constexpr std::array<double, 4> kLogits{0, 0, 0, 0};
constexpr std::array<std::int64_t, 2> kLabels{0, 1};
const LogitsView kTwoRows{kLogits, kLabels, 2};

double input(const std::vector<double>& embeddings) { return information(kTwoRows, 0.0, embeddings).input.value(); }

TEST(Information, IsEntropyOfTheLabelsLessNllForTheLabel) {
  // H(Y) of one row of each class is ln 2.
  EXPECT_DOUBLE_EQ(information(kTwoRows, 0.0, {}).label, std::log(2.0));
  EXPECT_DOUBLE_EQ(information(kTwoRows, std::log(2.0), {}).label, 0.0);  // the network knows the frequencies and nothing else
  EXPECT_LT(information(kTwoRows, 2.0, {}).label, 0.0);
  EXPECT_EQ(information(kTwoRows, std::numeric_limits<double>::infinity(), {}).total(), -std::numeric_limits<double>::infinity());
  EXPECT_FALSE(information(kTwoRows, 0.0, {}).input);
}

TEST(Information, IsWhichRowForTwoRowsAtRightAngles) {
  // Lengths do not count. F'F = I, D / (N eps^2) = 2 / (2 * 0.25) = 4: R = 1/2 ln 5^2 = ln 5 = R_all, so ln N = ln 2.
  EXPECT_NEAR(input({2, 0, 0, 3}), std::log(2.0), 1e-12);
}

TEST(Information, IsNothingForRowsThatLookAlike) {
  // F'F = diag(2, 0): R = 1/2 ln(1 + 4 * 2) = ln 3 = R_one.
  EXPECT_NEAR(input({1, 0, 5, 0}), 0.0, 1e-12);
}

TEST(Information, LiesBetweenForTwoRowsAtSixtyDegrees) {
  // Eigenvalues of F'F are 1 +- cos 60 = 1.5 and 0.5: R = 1/2 ln((1 + 6)(1 + 2)) = 1/2 ln 21.
  const double share = (0.5 * std::log(21.0) - std::log(3.0)) / (std::log(5.0) - std::log(3.0));
  EXPECT_NEAR(input({1, 0, 0.5, std::sqrt(0.75)}), share * std::log(2.0), 1e-12);
  EXPECT_NEAR(share, 0.829, 1e-3);
}

TEST(Information, TakesTheSmallerDeterminant) {
  // D = 3 > N = 2: FF' = I, scale 3 / (2 * 0.25) = 6, r = 2: R = ln 7 = R_all again.
  EXPECT_NEAR(input({1, 0, 0, 0, 0, 4}), std::log(2.0), 1e-12);
}

TEST(Information, LeavesTheInputOutWhereTheEmbeddingIsTooWide) {
  const std::vector<double> wide(2 * static_cast<std::size_t>(kMaxInformationWidth + 1), 1.0);
  EXPECT_FALSE(information(kTwoRows, 0.0, wide).input);
  EXPECT_DOUBLE_EQ(information(kTwoRows, 0.0, wide).total(), std::log(2.0));
}

TEST(Information, IsNoInputForOneNumberARowAndFiniteForRowsOfZeros) {
  EXPECT_EQ(input({1, -1}), 0.0);
  EXPECT_EQ(input({0, 0, 0, 0}), 0.0);
}

}  // namespace
}  // namespace kdbench
