// Tf-KD_reg: its virtual teacher by hand, a gradient, and the authors' mean over classes.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::tfkd_reg_loss {
namespace {

/// The virtual teacher gives 3/4 and 1/4 at a temperature of 1, and softmax(3/4 / t, 1/4 / t) is (3/4, 1/4) where 1/2 / t = ln 3.
const ParamValues kThreeToOne{{"correct_probability", 0.75}, {"virtual_temperature", 0.5 / std::log(3.0)}};

LossTerms virtual_teacher(ParamValues more, const ModelOutput& student) {
  more.insert(kThreeToOne.begin(), kThreeToOne.end());
  return terms("tfkd_reg", more, student, {.tau_student = 4, .labels = label_tensor({0})});
}

TEST(TfKdRegLoss, IsTheDivergenceFromAVirtualTeacher) {
  const auto student = output(rows({0, 0}, 2));
  const auto found = virtual_teacher({}, student);
  EXPECT_NEAR(sum_of(found).item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5), 1e-15);
  sum_of(found).backward();
  expect_numbers(student.logits.grad(), {-0.25, 0.25});
}

TEST(TfKdRegLoss, AveragesOverTheClassesInTheAuthorsVariant) {
  const auto student = output(rows({0, 0}, 2));
  const double paper = sum_of(virtual_teacher({}, student)).item<double>();
  EXPECT_NEAR(sum_of(virtual_teacher({{"variant", "authors"}, {"multiplier", 100.0}}, student)).item<double>(), 50 * paper,
              1e-13);
}

TEST(TfKdRegLoss, NeedsNoTeacherAndStaysFinite) {
  EXPECT_FALSE(build_loss("tfkd_reg", {}, 2)->needs().teacher);
  const auto student = output(rows({-200, 200, 0}, 3).to(torch::kFloat32));
  expect_finite(terms("tfkd_reg", {{"virtual_temperature", 0.01}}, student, {.labels = label_tensor({0})}), student);
}

}  // namespace
}  // namespace kdbench::test::tfkd_reg_loss
