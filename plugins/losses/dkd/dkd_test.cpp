// DKD: its two terms and their gradients by hand, how they add up to KL, and probabilities that underflow.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::dkd_loss {
namespace {

const double kLn2 = std::log(2.0), kLn3 = std::log(3.0);

TEST(DkdLoss, WeighsTheLabelAndTheOtherClassesApart) {
  // Label 0. Teacher (2, 3, 1) / 6: the label against the rest (1/3, 2/3), the others (3/4, 1/4).
  // Student uniform: (1/3, 2/3) as well, and (1/2, 1/2).
  const auto teacher = rows({kLn2, kLn3, 0}, 3);
  auto found = terms("dkd", {}, output(at::zeros({1, 3}, torch::kFloat64)), {.teacher = teacher, .labels = label_tensor({0})});
  EXPECT_NEAR(term_of(found, "target").item<double>(), 0, 1e-15);
  const double others = 0.75 * std::log(1.5) + 0.25 * std::log(0.5);
  EXPECT_NEAR(term_of(found, "nontarget").item<double>(), 8 * others, 1e-14);
  // A second image, label 1: the label against the rest (1/2, 1/2) and (1/3, 2/3); the others (2/3, 1/3) and (1/2, 1/2).
  found = terms("dkd", {{"target_weight", 3.0}, {"nontarget_weight", 2.0}}, output(at::zeros({2, 3}, torch::kFloat64)),
                {.teacher = teacher.repeat({2, 1}), .labels = label_tensor({0, 1})});
  const double label = 0.5 * std::log(1.5) + 0.5 * std::log(0.75);
  EXPECT_NEAR(term_of(found, "target").item<double>(), 3 * (0 + label) / 2, 1e-14);
  const double second = 2.0 / 3 * std::log(4.0 / 3) + 1.0 / 3 * std::log(2.0 / 3);
  EXPECT_NEAR(term_of(found, "nontarget").item<double>(), 2 * (others + second) / 2, 1e-14);
}

TEST(DkdLoss, AddsUpToKlWhereTheOthersWeighWhatTheTeacherGivesThem) {
  const auto student = output(rows({1, 2, 0, -1}, 4));
  const auto teacher = rows({kLn3, 0, 0, 0}, 4);  // (3, 1, 1, 1) / 6: 1/2 for the others together
  const Given given{.teacher = teacher, .tau_student = 2, .labels = label_tensor({0})};
  const auto parts = terms("dkd", {{"nontarget_weight", 0.5}}, student, given);
  EXPECT_NEAR(sum_of(parts).item<double>(), sum_of(terms("kl", {}, student, given)).item<double>(), 1e-15);
}

TEST(DkdLoss, SendsEachTermsGradientToItsClasses) {
  // Target alone, the label's share 1/2 and 1/3: p_y - b_y for the label, shared by the others as the student shares it.
  auto student = output(at::zeros({1, 3}, torch::kFloat64));
  auto found = terms("dkd", {{"nontarget_weight", 0.0}}, student,
                     {.teacher = rows({kLn2, 0, 0}, 3), .tau_student = 2, .labels = label_tensor({0})});
  ASSERT_EQ(found.terms().size(), 1u);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {-1.0 / 6 / 2, 1.0 / 12 / 2, 1.0 / 12 / 2});
  // The others alone: (1/2, 1/2) - (3/4, 1/4).
  student = output(at::zeros({1, 3}, torch::kFloat64));
  found = terms("dkd", {{"target_weight", 0.0}, {"nontarget_weight", 1.0}}, student,
                {.teacher = rows({5, kLn3, 0}, 3), .labels = label_tensor({0})});
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {0, -0.25, 0.25});
}

TEST(DkdLoss, HasNothingToSayOfTheOthersWhereThereIsOne) {
  const auto student = output(rows({1, 0}, 2));
  const auto found = terms("dkd", {}, student, {.teacher = rows({0, 2}, 2), .labels = label_tensor({1})});
  EXPECT_EQ(term_of(found, "nontarget").item<double>(), 0);
  term_of(found, "nontarget").backward();
  expect_numbers(student.logits.grad(), {0, 0});
}

TEST(DkdLoss, StaysFiniteWhereProbabilitiesUnderflow) {
  // Label 0: the teacher is sure of it, the student of class 1. ln 1 / e^-400 for the label; of the others (-200, 0) and (200, 0)
  // ln 1 / e^-200.
  const auto student = output(rows({-200, 200, 0}, 3).to(torch::kFloat32));
  const auto found =
      terms("dkd", {}, student, {.teacher = rows({200, -200, 0}, 3).to(torch::kFloat32), .labels = label_tensor({0})});
  EXPECT_FLOAT_EQ(term_of(found, "target").item<float>(), 400);
  EXPECT_FLOAT_EQ(term_of(found, "nontarget").item<float>(), 8 * 200);
  expect_finite(found, student);
}

TEST(DkdLoss, RefusesTeachersOfOtherClasses) {
  EXPECT_EQ(complaint([] {
              terms("dkd", {}, output(at::zeros({3, 4})), {.teacher = at::zeros({3, 5}), .labels = label_tensor({0, 1, 2})});
            }),
            "dkd: expected student and teacher logits of one shape, found [3, 4] and [3, 5]; both networks need the data set's "
            "classes");
}

}  // namespace
}  // namespace kdbench::test::dkd_loss
