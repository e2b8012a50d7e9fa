// WSLD: the weight of an image by hand, its gradient, and networks that are certain.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::wsld_loss {
namespace {

const double kLn2 = std::log(2.0), kLn3 = std::log(3.0);

TEST(WsldLoss, WeighsAnImageByTheStudentsCrossEntropyAgainstTheTeachers) {
  // Label 0. Student (3/4, 1/4): CE ln 4/3. Teacher (1/2, 1/2): CE ln 2. The soft targets cost -1/2 ln 3/4 - 1/2 ln 1/4.
  const auto student = output(rows({kLn3, 0}, 2));
  const auto found = terms("wsld", {}, student, {.teacher = rows({0, 0}, 2), .labels = label_tensor({0})});
  const double weight = 1 - std::exp(-std::log(4.0 / 3) / (kLn2 + 1e-7));
  const double soft = -0.5 * std::log(0.75) - 0.5 * std::log(0.25);
  EXPECT_NEAR(sum_of(found).item<double>(), weight * soft, 1e-15);
  sum_of(found).backward();
  // The weight is held constant: weight (p_s - p_t).
  expect_numbers(student.logits.grad(), {weight / 4, -weight / 4});
}

TEST(WsldLoss, ReadsTheWeightAtTemperatureOne) {
  // At temperature 2 the student (9, 1) / 10 is (3, 1) / 4; its weight is that of CE ln 10/9.
  const auto student = output(rows({2 * kLn3, 0}, 2));
  const auto found =
      terms("wsld", {}, student, {.teacher = rows({0, 0}, 2), .tau_student = 2, .tau_teacher = 5, .labels = label_tensor({0})});
  const double weight = 1 - std::exp(-std::log(10.0 / 9) / (kLn2 + 1e-7));
  EXPECT_NEAR(sum_of(found).item<double>(), weight * (-0.5 * std::log(0.75) - 0.5 * std::log(0.25)), 1e-15);
}

TEST(WsldLoss, CountsNoImageOfWhichTheStudentIsCertainAndFullyOneOfWhichTheTeacherIs) {
  const auto sure = rows({200, -200}, 2).to(torch::kFloat32), unsure = rows({0, 0}, 2).to(torch::kFloat32);
  const auto value = [](const torch::Tensor& s, const torch::Tensor& t) {
    const auto student = output(s);
    const auto found = terms("wsld", {}, student, {.teacher = t, .labels = label_tensor({0})});
    expect_finite(found, student);
    return sum_of(found).item<float>();
  };
  EXPECT_EQ(value(sure, unsure), 0);
  EXPECT_EQ(value(sure, sure), 0);
  EXPECT_FLOAT_EQ(value(unsure, sure), static_cast<float>(kLn2));
}

}  // namespace
}  // namespace kdbench::test::wsld_loss
