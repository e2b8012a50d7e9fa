// RLD: its terms by hand where the teacher is wrong, what it is where the teacher is right, and rows without a class to compare.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::rld_loss {
namespace {

const double kLn2 = std::log(2.0), kLn3 = std::log(3.0);

TEST(RldLoss, TeachesTheConfidenceInTheFavouriteAndTheClassesBelowTheLabel) {
  // Label 0. Teacher (2, 3, 1.5, 1) / 7.5, whose favourite is 1: 3 / 7.5 = 2/5 becomes the share of the label, which is 1/4.
  // Below the label are 2 and 3, (3/5, 2/5), of which the student makes (1/2, 1/2).
  const auto found = terms("rld", {}, output(at::zeros({1, 4}, torch::kFloat64)),
                           {.teacher = rows({kLn2, kLn3, std::log(1.5), 0}, 4), .labels = label_tensor({0})});
  EXPECT_NEAR(term_of(found, "confidence").item<double>(), 0.4 * std::log(1.6) + 0.6 * std::log(0.8), 1e-15);
  EXPECT_NEAR(term_of(found, "correlation").item<double>(), 8 * (0.6 * std::log(1.2) + 0.4 * std::log(0.8)), 1e-14);
}

TEST(RldLoss, IsDkdWhereTheTeacherIsRight) {
  const auto student = output(rows({1, 2, 0, -1, 0, 0, 3, 1}, 4));
  const Given given{
      .teacher = rows({2, 1, 0, 0, 1, -1, 2, 0}, 4), .tau_student = 4, .tau_teacher = 4, .labels = label_tensor({0, 2})};
  EXPECT_NEAR(sum_of(terms("rld", {}, student, given)).item<double>(), sum_of(terms("dkd", {}, student, given)).item<double>(),
              1e-14);
}

TEST(RldLoss, GivesTheConfidenceATemperatureOfItsOwnAndTheSquareOfIt) {
  // 2 ln 3 at temperature 2: (3/4, 1/4) against (1/2, 1/2), times 2^2, of which the host's 4^2 makes 2^2 again.
  const auto found = terms("rld", {{"confidence_tau", 2.0}}, output(rows({0, 0}, 2)),
                           {.teacher = rows({2 * kLn3, 0}, 2), .tau_student = 4, .tau_teacher = 4, .labels = label_tensor({0})});
  EXPECT_NEAR(term_of(found, "confidence").item<double>(), (0.75 * std::log(1.5) + 0.25 * std::log(0.5)) * 4 / 16, 1e-15);
}

TEST(RldLoss, ComparesNoClassesWhereTheTeacherRanksTheLabelLastOrLevel) {
  for (const auto& teacher : {rows({-1, 2, 1}, 3), rows({0, 0, 0}, 3)}) {
    const auto student = output(rows({1, 2, 5}, 3));
    const auto found = terms("rld", {{"confidence_weight", 0.0}}, student, {.teacher = teacher, .labels = label_tensor({0})});
    EXPECT_EQ(sum_of(found).item<double>(), 0);
    sum_of(found).backward();
    expect_numbers(student.logits.grad(), {0, 0, 0});
  }
}

TEST(RldLoss, StandardisesTheRowsFirstWhereItIsAsked) {
  // (3, 1, -1) has mean 1 and deviation 2.
  const Given given{.teacher = rows({4, 0, 2}, 3), .labels = label_tensor({0})};  // (1, -1, 0) of deviation 2
  const Given plain{.teacher = rows({1, -1, 0}, 3), .labels = label_tensor({0})};
  const double found = sum_of(terms("rld", {{"standardise", true}}, output(rows({3, 1, -1}, 3)), given)).item<double>();
  EXPECT_NEAR(found, sum_of(terms("rld", {}, output(rows({1, 0, -1}, 3)), plain)).item<double>(), 1e-6);
}

TEST(RldLoss, StaysFiniteWhereProbabilitiesUnderflow) {
  const auto student = output(rows({-200, 200, 0, 5}, 4).to(torch::kFloat32));
  const Given given{.teacher = rows({200, -200, 0, 199}, 4).to(torch::kFloat32), .labels = label_tensor({3})};
  expect_finite(terms("rld", {}, student, given), student);
}

}  // namespace
}  // namespace kdbench::test::rld_loss
