// Shares of positives by bin, for each class against the rest.
#include <tests/plugins/calibrator_checks.h>

#include <gtest/gtest.h>

namespace kdbench::test {
namespace {

/// Class 1 by score: 0.1 no, 0.15 yes, 0.2 no, 0.3 no; 0.6 yes, 0.7 yes, 0.8 no, 0.9 yes.
CalibrationRows eight() {
  return {logits_of_two({0.1, 0.15, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9}), at::tensor({0, 1, 0, 0, 1, 1, 0, 1}, torch::kInt64)};
}

// Two bins: one of four, and three of four; class 0 is the mirror image.
TEST(Histogram, ReplacesAProbabilityByTheShareInItsBin) {
  for (const std::string cut : {"width", "mass"}) {
    const auto calibrator = fitted_to(eight(), "histogram", {{"bins", std::int64_t{2}}, {"cut", cut}});
    const auto found = of_class_1(*calibrator, {0.05, 0.29, 0.61, 0.99});
    EXPECT_NEAR(found[0], 0.25, 1e-11);
    EXPECT_NEAR(found[1], 0.25, 1e-11);
    EXPECT_NEAR(found[2], 0.75, 1e-11);
    EXPECT_NEAR(found[3], 0.75, 1e-11);
  }
}

// Four bins of equal mass: {0.1, 0.15} 1/2, {0.2, 0.3} 0, {0.6, 0.7} 1, {0.8, 0.9} 1/2. Those of equal width: [0, 0.25] 1/3,
// (0.25, 0.5] 0, (0.5, 0.75] 1, (0.75, 1] 1/2.
TEST(Histogram, CutsByWidthOrByMass) {
  const auto by = [](const std::string& cut) {
    return of_class_1(*fitted_to(eight(), "histogram", {{"bins", std::int64_t{4}}, {"cut", cut}}), {0.12, 0.22, 0.65, 0.85});
  };
  const auto mass = by("mass"), width = by("width");
  EXPECT_NEAR(mass[0], 0.5, 1e-11);
  EXPECT_NEAR(mass[1], 0, 1e-11);
  EXPECT_NEAR(mass[2], 1, 1e-11);
  EXPECT_NEAR(mass[3], 0.5, 1e-11);
  EXPECT_NEAR(width[0], 1.0 / 3, 1e-11);
  EXPECT_NEAR(width[1], 1.0 / 3, 1e-11);
  EXPECT_NEAR(width[3], 0.5, 1e-11);
}

// Twelve rows in six bins of two: eight tie at 0.1, which are four bins' worth and one bin of share 2/8. The multiples left are
// 10 and 12: {0.3, 0.5} 1/2 and {0.7, 0.9} 1/2, each of two rows. Were each distinct score a bin, they would be 0, 1, 1 and 0.
// Class 0 is the mirror image.
TEST(Histogram, GivesTheBinsAfterABigTieTheirShare) {
  std::vector<double> scores(8, 0.1);
  for (const double score : {0.3, 0.5, 0.7, 0.9}) scores.push_back(score);
  const CalibrationRows data{logits_of_two(scores), at::tensor({1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0}, torch::kInt64)};
  const auto calibrator = fitted_to(data, "histogram", {{"bins", std::int64_t{6}}, {"cut", std::string("mass")}});
  const auto found = of_class_1(*calibrator, {0.05, 0.4, 0.6, 0.89});
  EXPECT_NEAR(found[0], 0.25, 1e-11);
  EXPECT_NEAR(found[1], 0.5, 1e-11);
  EXPECT_NEAR(found[2], 0.5, 1e-11);
  EXPECT_NEAR(found[3], 0.5, 1e-11);
}

// Of ten bins, (0.4, 0.5] has no row: class 1 keeps the middle, 0.45, and class 0 in (0.5, 0.6] 0.55.
TEST(Histogram, KeepsTheMiddleOfABinWithoutRows) {
  const CalibrationRows data{logits_of_two({0.1, 0.9}), at::tensor({0, 1}, torch::kInt64)};
  EXPECT_NEAR(of_class_1(*fitted_to(data, "histogram", {{"bins", std::int64_t{10}}}), {0.43})[0], 0.45, 1e-11);
}

TEST(Histogram, CalibratesOtherRows) {
  const auto data = drawn_rows(6000, 5, 2.5), others = drawn_rows(4000, 5, 2.5, 2);
  const auto before = said(others.logits, others.labels);
  const auto after = said(applied(*fitted_to(data, "histogram"), others.logits), others.labels);
  EXPECT_LT(after.ece, before.ece / 3);
}

}  // namespace
}  // namespace kdbench::test
