// NKD: its two terms by hand at two temperatures, a gradient, and two classes.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::nkd_loss {
namespace {

const double kLn2 = std::log(2.0), kLn3 = std::log(3.0);

TEST(NkdLoss, ReadsTheLabelAtTemperatureOneAndTheOthersAtTheirs) {
  // Label 0. Teacher (2, 1, 1) / 4; student at temperature 1: (1, 9, 1) / 11; the others at 2: (3, 1) / 4 and at 4: (1/2, 1/2).
  const auto student = output(rows({0, 2 * kLn3, 0}, 3));
  const auto found = terms("nkd", {{"gamma", 1.5}}, student,
                           {.teacher = rows({kLn2, 0, 0}, 3), .tau_student = 2, .tau_teacher = 4, .labels = label_tensor({0})});
  // 1/2 ln 11, of which the host's tau_student^2 leaves 1/2 ln 11
  EXPECT_NEAR(term_of(found, "target").item<double>(), 0.5 * std::log(11.0) / 4, 1e-15);
  EXPECT_NEAR(term_of(found, "nontarget").item<double>(), -1.5 * (0.5 * std::log(0.75) + 0.5 * std::log(0.25)), 1e-15);
  term_of(found, "target").backward();
  // 1/2 (p - 1) for the label, 1/2 p for the others, by 4
  expect_numbers(student.logits.grad(), {-10.0 / 88, 9.0 / 88, 1.0 / 88});
}

TEST(NkdLoss, IsACrossEntropyAlsoWhereTheNetworksAgree) {
  // (1/2, 1/4, 1/4) twice: 1/2 ln 2, and ln 2 for the others.
  const auto logits = rows({kLn2, 0, 0}, 3);
  const auto found = terms("nkd", {}, output(logits), {.teacher = logits, .labels = label_tensor({0})});
  EXPECT_NEAR(sum_of(found).item<double>(), 0.5 * kLn2 + 1.5 * kLn2, 1e-15);
}

TEST(NkdLoss, HasNothingToSayOfTheOthersWhereThereIsOne) {
  const auto student = output(rows({1, 0}, 2));
  const auto found = terms("nkd", {}, student, {.teacher = rows({0, 2}, 2), .labels = label_tensor({1})});
  EXPECT_EQ(term_of(found, "nontarget").item<double>(), 0);
  expect_finite(found, student);
}

TEST(NkdLoss, StaysFiniteWhereProbabilitiesUnderflow) {
  const auto student = output(rows({-200, 200, 0}, 3).to(torch::kFloat32));
  const auto found =
      terms("nkd", {}, student, {.teacher = rows({200, -200, 0}, 3).to(torch::kFloat32), .labels = label_tensor({0})});
  EXPECT_FLOAT_EQ(sum_of(found).item<float>(), 400 + 1.5f * 200);
  expect_finite(found, student);
}

}  // namespace
}  // namespace kdbench::test::nkd_loss
