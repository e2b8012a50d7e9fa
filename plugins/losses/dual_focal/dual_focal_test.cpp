// Dual focal loss: values by hand for a likely, a middling and the least likely label, ties, and a student that is certain.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::dual_focal_loss {
namespace {

TEST(DualFocalLoss, LooksAtTheLargestProbabilityBelowTheLabels) {
  const auto student = output(rows({std::log(0.5), std::log(0.3), std::log(0.2)}, 3));
  const auto value = [&](std::int64_t label) {
    const auto found = terms("dual_focal", {{"gamma", 2.0}}, student, {.labels = label_tensor({label})});
    return term_of(found, "dual_focal").item<double>();
  };
  EXPECT_NEAR(value(0), std::pow(1 - 0.5 + 0.3, 2) * -std::log(0.5), 1e-15);
  EXPECT_NEAR(value(1), std::pow(1 - 0.3 + 0.2, 2) * -std::log(0.3), 1e-15);
  EXPECT_NEAR(value(2), std::pow(1 - 0.2, 2) * -std::log(0.2), 1e-15);
}

TEST(DualFocalLoss, SendsItsGradientThroughBothProbabilities) {
  // gamma 1, label 0 of (1/2, 1/3, 1/6): L = -(1 - p0 + p1) ln p0. dL/dp0 = ln p0 - (1 - p0 + p1) / p0 = -ln 2 - 5/3 and
  // dL/dp1 = -ln p0 = ln 2. Through the softmax: p_k (g_k - sum p g), the sum being -ln 2 / 2 - 5/6 + ln 2 / 3.
  const double ln2 = std::log(2.0), sum = -ln2 / 6 - 5.0 / 6;
  const auto student = output(rows({std::log(3.0), ln2, 0}, 3));
  sum_of(terms("dual_focal", {{"gamma", 1.0}}, student, {.labels = label_tensor({0})})).backward();
  expect_numbers(student.logits.grad(), {0.5 * (-ln2 - 5.0 / 3 - sum), (ln2 - sum) / 3, -sum / 6});
}

TEST(DualFocalLoss, CountsClassesLevelWithTheLabelAsNotBelowIt) {
  const auto found = terms("dual_focal", {}, output(rows({0, 0}, 2)), {.labels = label_tensor({1})});
  EXPECT_NEAR(sum_of(found).item<double>(), std::pow(0.5, 5) * std::log(2.0), 1e-15);
}

TEST(DualFocalLoss, StaysFiniteWhereTheStudentIsCertain) {
  for (const double gamma : {0.0, 0.5, 5.0}) {
    const auto student = output(rows({200, -200, 0, -200, 200, 0}, 3).to(torch::kFloat32));
    expect_finite(terms("dual_focal", {{"gamma", gamma}}, student, {.labels = label_tensor({0, 0})}), student);
  }
  EXPECT_FALSE(build_loss("dual_focal", {}, 2)->needs().teacher);
}

}  // namespace
}  // namespace kdbench::test::dual_focal_loss
