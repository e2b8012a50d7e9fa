// CTKD: value and gradients by hand, and the factor of the temperature's own gradient.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::ctkd_loss {
namespace {

/// tau = 1 + 2 sigmoid(theta), which is 2 at theta = 0.
std::shared_ptr<Loss> build(double theta, double last_lambda = -1) {
  auto loss = build_loss("ctkd", {{"lowest_tau", 1.0}, {"tau_range", 2.0}, {"theta", theta}, {"last_lambda", last_lambda}}, 2);
  loss->to(torch::kFloat64);
  return loss;
}

/// Teacher (3/4, 1/4) at temperature 2.
const Given kGiven{.teacher = rows({2 * std::log(3.0), 0}, 2)};

TEST(CtkdLoss, IsTheDivergenceAtItsOwnTemperatureTimesItsSquare) {
  auto student = output(rows({0, 0}, 2));
  auto given = kGiven;
  given.tau_student = given.tau_teacher = 7;  // not read
  const auto found = terms_of(*build(0), student, given);
  EXPECT_NEAR(sum_of(found).item<double>(), 4 * (0.75 * std::log(1.5) + 0.25 * std::log(0.5)), 1e-14);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {-2.0 / 4, 2.0 / 4});  // tau (p_s - p_t)
}

TEST(CtkdLoss, TrainsTheTemperatureAgainstTheStudentMoreFromEpochToEpoch) {
  const auto at_theta = [&](double theta) {
    return sum_of(terms_of(*build(theta), output(rows({0, 0}, 2)), kGiven)).item<double>();
  };
  const double slope = (at_theta(1e-5) - at_theta(-1e-5)) / 2e-5;
  // (1 + cos(pi k / 10)) / 2 - 1 in the k-th epoch: -0.0244717 in the first, -1/2 in the fifth, -1 from the tenth on.
  for (const auto& [epoch, lambda] : {std::pair{0, (std::cos(M_PI / 10) - 1) / 2}, {4, -0.5}, {9, -1.0}, {50, -1.0}}) {
    const auto loss = build(0);
    auto given = kGiven;
    given.epoch = epoch;
    const auto found = terms_of(*loss, output(rows({0, 0}, 2)), given);
    EXPECT_EQ(sum_of(found).item<double>(), at_theta(0)) << "the factor moves the value in epoch " << epoch;
    sum_of(found).backward();
    EXPECT_NEAR(loss->named_parameters()["theta"].grad().item<double>(), lambda * slope, 1e-9) << "epoch " << epoch;
  }
}

TEST(CtkdLoss, BeginsAtTheAuthorsTemperature) {
  // 1 + 20 / (1 + 1/e) = 15.62: the value is that of kl there, times its square.
  const double tau = 1 + 20 / (1 + std::exp(-1.0));
  const auto student = output(rows({1, 2, 0}, 3));
  const auto teacher = rows({0, 3, 1}, 3);
  const auto loss = build_loss("ctkd", {}, 3);
  loss->to(torch::kFloat64);
  const auto kl = terms("kl", {}, student, {.teacher = teacher, .tau_student = tau, .tau_teacher = tau});
  EXPECT_NEAR(sum_of(terms_of(*loss, student, {.teacher = teacher})).item<double>(), tau * tau * sum_of(kl).item<double>(),
              1e-13);
}

}  // namespace
}  // namespace kdbench::test::ctkd_loss
