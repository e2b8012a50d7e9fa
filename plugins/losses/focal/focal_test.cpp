// Focal loss: values of both kinds by hand, a gradient, and a student that is certain.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::focal_loss {
namespace {

/// Of a network that gives the label p.
double value(const ParamValues& params, double p) {
  const auto student = output(rows({std::log(p), std::log(1 - p)}, 2));
  return term_of(terms("focal", params, student, {.labels = label_tensor({0})}), "focal").item<double>();
}

TEST(FocalLoss, WeighsCrossEntropyByAPowerOfTheRest) {
  EXPECT_NEAR(value({{"gamma", 2.0}}, 0.25), 0.5625 * std::log(4.0), 1e-15);
  EXPECT_NEAR(value({{"gamma", 0.0}}, 0.25), std::log(4.0), 1e-15);
}

TEST(FocalLoss, TakesThePowerFiveWhereTheLabelIsUnlikely) {
  EXPECT_NEAR(value({{"kind", "flsd"}}, 0.1), std::pow(0.9, 5) * std::log(10.0), 1e-14);
  EXPECT_NEAR(value({{"kind", "flsd"}}, 0.25), std::pow(0.75, 3) * std::log(4.0), 1e-15);
}

TEST(FocalLoss, HasTheGradientOfItsProduct) {
  // -(1 - p) ln p at p = 1/4: the derivative in p is ln p - (1 - p) / p = -ln 4 - 3, and p (1 - p) = 3/16 that of p.
  const auto student = output(rows({0, std::log(3.0)}, 2));
  sum_of(terms("focal", {{"gamma", 1.0}}, student, {.labels = label_tensor({0})})).backward();
  const double slope = (-std::log(4.0) - 3) * 3 / 16;
  expect_numbers(student.logits.grad(), {slope, -slope});
}

TEST(FocalLoss, StaysFiniteForPowersBelowOneWhereTheStudentIsCertain) {
  for (const double gamma : {0.0, 0.5, 3.0}) {
    const auto student = output(rows({200, -200, 0, -200, 200, 0}, 3).to(torch::kFloat32));
    expect_finite(terms("focal", {{"gamma", gamma}}, student, {.labels = label_tensor({0, 0})}), student);
  }
  EXPECT_FALSE(build_loss("focal", {}, 2)->needs().teacher);
}

}  // namespace
}  // namespace kdbench::test::focal_loss
