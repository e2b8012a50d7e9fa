// Cross-entropy with the data set's posterior: values and gradient by hand, no temperature, and data sets without a posterior.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test {
namespace {

torch::Tensor soft_target(const ModelOutput& student, const torch::Tensor& posterior, double tau = 1) {
  const auto found = terms("soft_target", {}, student, {.posterior = posterior, .tau_student = tau, .tau_teacher = tau});
  EXPECT_EQ(found.terms().size(), 1u);
  return found.terms()[0].second;
}

TEST(SoftTargetLoss, IsTheCrossEntropyWithThePosteriorAveragedOverTheBatch) {
  // The student says (3/4, 1/4) for both images.
  auto student = output(rows({std::log(3.0), 0, std::log(3.0), 0}, 2));
  const auto found = soft_target(student, rows({0.5, 0.5, 1, 0}, 2));
  // 1/2 (-(1/2 ln 3/4 + 1/2 ln 1/4) - ln 3/4)
  EXPECT_NEAR(found.item<double>(), -0.75 * std::log(0.75) - 0.25 * std::log(0.25), 1e-15);
  found.backward();
  // (p_s - P) / 2
  expect_numbers(student.logits.grad(), {0.125, -0.125, -0.125, 0.125});
}

TEST(SoftTargetLoss, IsTheEntropyAtItsLeastWhereItTeachesNothing) {
  auto student = output(rows({std::log(0.7), std::log(0.2), std::log(0.1)}, 3));
  const auto found = soft_target(student, rows({0.7, 0.2, 0.1}, 3));
  EXPECT_NEAR(found.item<double>(), -(0.7 * std::log(0.7) + 0.2 * std::log(0.2) + 0.1 * std::log(0.1)), 1e-15);
  found.backward();
  expect_numbers(student.logits.grad(), {0, 0, 0});
}

TEST(SoftTargetLoss, HasNoTemperature) {
  const auto student = output(rows({1, 2, 0}, 3));
  const auto posterior = rows({0.5, 0.25, 0.25}, 3);
  EXPECT_TRUE(soft_target(student, posterior, 1).equal(soft_target(student, posterior, 8)));
}

TEST(SoftTargetLoss, NeedsAPosteriorAndNoTeacher) {
  const auto needs = build_loss("soft_target", {}, 3)->needs();
  EXPECT_TRUE(needs.posterior);
  EXPECT_FALSE(needs.teacher);
  EXPECT_EQ(complaint([] {
              soft_target(output(at::zeros({2, 3})), {});
            }),
            "soft_target: expected a data set with a posterior, found none; use gmm");
}

}  // namespace
}  // namespace kdbench::test
