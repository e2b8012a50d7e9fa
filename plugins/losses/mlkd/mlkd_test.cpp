// MLKD: its three terms by hand on certain networks, and what the mask leaves out.
#include <tests/plugins/loss_checks.h>

#include <ATen/ops/cat.h>

#include <cmath>

namespace kdbench::test::mlkd_loss {
namespace {

LossTerms mlkd(const ParamValues& params, const torch::Tensor& student, const torch::Tensor& teacher) {
  return terms("mlkd", params, output(student), {.teacher = teacher, .tau_student = 4, .tau_teacher = 4});
}

const torch::Tensor kFirst = rows({200, -200}, 2), kSecond = rows({-200, 200}, 2);

TEST(MlkdLoss, ComparesImagesAndClassesAtFiveTemperatures) {
  // One image, the teacher certain of one class, the student of the other. T^2 KL = T^2 * 400 / T, and 4 + 2 + 3 + 5 + 6 = 20.
  // Class Gram matrices diag(1, 0) and diag(0, 1): 2 / K = 1 at every T; the masses of the classes are 1 and 0, so that the mask
  // of those up to the lower median of 0 has the mean 1/2. The batch Gram matrices are [1] both. All by tau^2 = 16.
  const auto found = mlkd({}, kFirst, kSecond);
  EXPECT_NEAR(term_of(found, "instance").item<double>(), 20 * 400 / 16.0, 1e-10);
  EXPECT_NEAR(term_of(found, "class").item<double>(), 0.5 * 5 / 16, 1e-12);
  EXPECT_NEAR(term_of(found, "batch").item<double>(), 0, 1e-12);
}

TEST(MlkdLoss, ComparesTheImagesOfABatch) {
  // Two images: of unlike classes for the teacher, of one for the student. Gram matrices I and all ones: 2 / N = 1 at every T.
  const auto found = mlkd({}, at::cat({kFirst, kFirst}), at::cat({kFirst, kSecond}));
  EXPECT_NEAR(term_of(found, "batch").item<double>(), 5.0 / 16, 1e-12);
  EXPECT_NEAR(term_of(found, "instance").item<double>(), 20 * 400 / 16.0 / 2, 1e-10);  // one image of the two
}

TEST(MlkdLoss, LeavesOutImagesOfWhichTheTeacherIsSurer) {
  // The student is wrong on the first image alone, of which the teacher is surer: it counts in the authors' variant, by half.
  const auto unsure = rows({0.5, 0}, 2);
  const auto student = at::cat({kFirst, unsure}), teacher = at::cat({kSecond, unsure});
  EXPECT_NEAR(term_of(mlkd({}, student, teacher), "instance").item<double>(), 0, 1e-12);
  EXPECT_NEAR(term_of(mlkd({{"variant", "authors"}}, student, teacher), "instance").item<double>(), 20 * 400 / 16.0 / 2 / 2,
              1e-10);
}

TEST(MlkdLoss, StandardisesForTheTermOfSingleImagesAlone) {
  // (200, -200) has the deviation 200 sqrt 2: T^2 KL with logits that are sqrt 2 apart the one way and the other.
  const auto found = mlkd({{"standardise", true}}, kFirst, kSecond);
  double expected = 0;
  for (const double tau : {4.0, 2.0, 3.0, 5.0, 6.0}) {
    const double gap = std::sqrt(2.0) / tau, p = 1 / (1 + std::exp(-gap));
    expected += tau * tau * (2 * p - 1) * gap;
  }
  EXPECT_NEAR(term_of(found, "instance").item<double>(), expected / 16, 1e-8);
  EXPECT_NEAR(term_of(found, "class").item<double>(), 0.5 * 5 / 16, 1e-12);
}

}  // namespace
}  // namespace kdbench::test::mlkd_loss
