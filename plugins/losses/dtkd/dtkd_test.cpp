// DTKD: shared temperatures by hand, logits in proportion, and largest logits that are not positive.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::dtkd_loss {
namespace {

const ParamValues kDynamic{{"dynamic_weight", 1.0}, {"fixed_weight", 0.0}};

double value(const ParamValues& params, const torch::Tensor& student, const torch::Tensor& teacher, double tau = 1) {
  return sum_of(terms("dtkd", params, output(student), {.teacher = teacher, .tau_student = tau, .tau_teacher = tau}))
      .item<double>();
}

double kl(const torch::Tensor& student, const torch::Tensor& teacher, double tau = 1) {
  return sum_of(terms("kl", {}, output(student), {.teacher = teacher, .tau_student = tau, .tau_teacher = tau})).item<double>();
}

TEST(DtkdLoss, GivesTheLargerLogitsTheHigherTemperature) {
  // Largest logits 1 and 3: shares 2/4 and 6/4, whose product is 3/4. (3, 3 - 1.5 ln 3) / 1.5 is (3/4, 1/4); (1, 0) / 0.5 is (2,
  // 0).
  const double s = 1 / (1 + std::exp(-2.0));
  const double expected = 0.75 * (0.75 * std::log(0.75 / s) + 0.25 * std::log(0.25 / (1 - s)));
  EXPECT_NEAR(value(kDynamic, rows({1, 0}, 2), rows({3, 3 - 1.5 * std::log(3.0)}, 2)), expected, 1e-14);
}

TEST(DtkdLoss, FindsNoDifferenceBetweenLogitsInProportion) {
  EXPECT_NEAR(value(kDynamic, rows({1, -2, 0.5}, 3), rows({4, -8, 2}, 3), 4), 0, 1e-15);
}

TEST(DtkdLoss, AddsTheTermAtTheTemperaturesOfTheSuite) {
  const auto student = rows({1, 2, 0}, 3), teacher = rows({2, 1, -1}, 3);  // both largest are 2: every share is 1
  EXPECT_NEAR(value({}, student, teacher, 4), (3 + 1) * kl(student, teacher, 4), 1e-15);
  EXPECT_NEAR(value({{"dynamic_weight", 0.0}, {"fixed_weight", 2.0}}, student, teacher, 4), 2 * kl(student, teacher, 4), 1e-15);
}

TEST(DtkdLoss, CountsALargestLogitAtItsLeastWhereItIsNotPositive) {
  // Both count 0.1: equal shares.
  const auto student = rows({-1, -2}, 2), teacher = rows({-3, -1.5}, 2);
  EXPECT_NEAR(value(kDynamic, student, teacher), kl(student, teacher), 1e-15);
  // Without the bound, -1 and -1.5 give the shares 4/5 and 6/5, 1 and -1 a sum of zero.
  const ParamValues unbounded{{"dynamic_weight", 1.0}, {"fixed_weight", 0.0}, {"least_maximum", 0.0}};
  EXPECT_GT(std::abs(value(unbounded, student, teacher) - kl(student, teacher)), 1e-3);
  for (const double least : {0.1, 0.0}) {
    const auto opposed = output(rows({-1, -2}, 2));
    expect_finite(terms("dtkd", {{"least_maximum", least}}, opposed, {.teacher = rows({1, 0}, 2)}), opposed);
  }
  const auto constant = output(at::zeros({1, 2}));
  expect_finite(terms("dtkd", {}, constant, {.teacher = at::zeros({1, 2})}), constant);
}

}  // namespace
}  // namespace kdbench::test::dtkd_loss
