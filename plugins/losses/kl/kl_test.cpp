// KL divergence between softened distributions: known values, the gradient by hand, and logits far apart.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test {
namespace {

torch::Tensor kl(const ModelOutput& student, const torch::Tensor& teacher, double tau_student, double tau_teacher) {
  const auto found = terms("kl", {}, student, {.teacher = teacher, .tau_student = tau_student, .tau_teacher = tau_teacher});
  EXPECT_EQ(found.terms().size(), 1u);
  EXPECT_EQ(found.terms()[0].first, "kd");
  return found.terms()[0].second;
}

double value(const ModelOutput& student, const torch::Tensor& teacher, double tau) {
  return kl(student, teacher, tau, tau).item<double>();
}

TEST(KlLoss, SumsOverClassesAndAveragesOverTheBatch) {
  const auto s = rows({1, 2, 0, -1, 0, 0, 3, 1}, 4), t = rows({2, 1, 0, 0, 1, -1, 2, 0}, 4);
  const double once = value(output(s), t, 4);
  EXPECT_NEAR(once * 16, 0.36897304600502695, 1e-15);
  EXPECT_NEAR(value(output(s.repeat({2, 1})), t.repeat({2, 1}), 4), once, 1e-15);
  EXPECT_GT(std::abs(value(output(t), s, 4) - once), 1e-4);  // the two networks have their sides
}

TEST(KlLoss, IsZeroWithZeroGradientWhenTheNetworksAgree) {
  auto student = output(at::tensor({1.0f, 2.0f, 0.0f, -1.0f}).view({1, 4}));
  const auto agreed = kl(student, student.logits.detach(), 4, 4);
  agreed.backward();
  EXPECT_NEAR(agreed.item<double>(), 0, 1e-6);
  EXPECT_LT(student.logits.grad().abs().max().item<double>(), 1e-6);
}

TEST(KlLoss, DividesEachNetworkByItsOwnTemperature) {
  // p_t = softmax(2 ln 3 / 2, 0) = (3/4, 1/4); p_s = softmax(4 ln 2 / 4, 0) = (2/3, 1/3)
  auto student = output(rows({4 * std::log(2.0), 0}, 2));
  const auto found = kl(student, rows({2 * std::log(3.0), 0}, 2), 4, 2);
  // 3/4 ln (3/4 * 3/2) + 1/4 ln (1/4 * 3)
  EXPECT_NEAR(found.item<double>(), 0.75 * std::log(9.0 / 8) + 0.25 * std::log(0.75), 1e-15);
  found.backward();
  // (p_s - p_t) / tau_student = (2/3 - 3/4) / 4; tau^2 would be the host's
  expect_numbers(student.logits.grad(), {-1.0 / 48, 1.0 / 48});
}

TEST(KlLoss, StaysFiniteWhereAProbabilityUnderflows) {
  // The teacher is sure of the one, the student of the other: ln (1 / e^-400) = 400.
  EXPECT_NEAR(value(output(rows({-200, 200}, 2)), rows({200, -200}, 2), 1), 400, 1e-12);
}

TEST(KlLoss, RefusesTeachersOfOtherClasses) {
  const auto student = output(at::zeros({3, 4}));
  EXPECT_EQ(complaint([&] {
              kl(student, at::zeros({3, 1}), 1, 1);
            }),
            "kl: expected student and teacher logits of one shape, found [3, 4] and [3, 1]; both networks need the data set's "
            "classes");
}

}  // namespace
}  // namespace kdbench::test
