// AKL: the head and its share by hand, a gradient with the share held constant, and networks that agree.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::akl_loss {
namespace {

torch::Tensor logs(std::vector<double> p) {
  for (auto& x : p) x = std::log(x);
  return rows(p, static_cast<std::int64_t>(p.size()));
}

double kl(const std::vector<double>& p, const std::vector<double>& q) {
  double sum = 0;
  for (std::size_t k = 0; k < p.size(); ++k) sum += p[k] * std::log(p[k] / q[k]);
  return sum;
}

const std::vector<double> kTeacher{0.3, 0.15, 0.35, 0.2};

TEST(AklLoss, MixesBothDivergencesByTheShareOfTheGapInTheHead) {
  // Sums of the sorted probabilities: 0.35, 0.65, 0.85, 1. With 0.5 the head is class 2, with 0.7 classes 2 and 0.
  const std::vector<double> student{0.4, 0.05, 0.25, 0.3};  // gaps 0.1 each: 1/4 of them in the head, or 1/2
  const auto value = [&](double mass) {
    return sum_of(terms("akl", {{"head_mass", mass}}, output(logs(student)), {.teacher = logs(kTeacher)})).item<double>();
  };
  const double forward = kl(kTeacher, student), reverse = kl(student, kTeacher);
  EXPECT_NEAR(value(0.5), forward / 4 + reverse * 3 / 4, 1e-14);
  EXPECT_NEAR(value(0.7), forward / 2 + reverse / 2, 1e-14);
  EXPECT_NEAR(value(0.0), value(0.5), 0);  // the likeliest class is always in the head
}

TEST(AklLoss, HoldsTheShareConstant) {
  // The gaps of 0.1 are in classes 0 and 2, the head of 0.7: KL alone, whose gradient is p_s - p_t.
  const auto student = output(logs({0.4, 0.15, 0.25, 0.2}));
  sum_of(terms("akl", {{"head_mass", 0.7}}, student, {.teacher = logs(kTeacher)})).backward();
  expect_numbers(student.logits.grad(), {0.1, 0, -0.1, 0});
}

TEST(AklLoss, IsZeroWithZeroGradientWhereTheNetworksAgree) {
  const auto student = output(logs(kTeacher));
  const auto found = terms("akl", {}, student, {.teacher = logs(kTeacher)});
  EXPECT_NEAR(sum_of(found).item<double>(), 0, 1e-15);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {0, 0, 0, 0});
}

TEST(AklLoss, StaysFiniteWhereProbabilitiesUnderflow) {
  const auto student = output(rows({-200, 200, 0}, 3).to(torch::kFloat32));
  expect_finite(terms("akl", {}, student, {.teacher = rows({200, -200, 0}, 3).to(torch::kFloat32)}), student);
}

}  // namespace
}  // namespace kdbench::test::akl_loss
