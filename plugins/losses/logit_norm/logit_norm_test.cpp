// LogitNorm: a value by hand, what it does not see, and a row of zeros.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::logit_norm_loss {
namespace {

double value(double temperature, const torch::Tensor& logits) {
  const auto found = terms("logit_norm", {{"temperature", temperature}}, output(logits), {.labels = label_tensor({0})});
  return term_of(found, "logit_norm").item<double>();
}

TEST(LogitNormLoss, IsTheCrossEntropyOfLogitsOfOneLength) {
  // (3, 4) has the length 5: (0.6, 0.8) and, at temperature 0.1, (6, 8).
  EXPECT_NEAR(value(1, rows({3, 4}, 2)), std::log(1 + std::exp(0.2)), 1e-8);
  EXPECT_NEAR(value(0.1, rows({3, 4}, 2)), std::log(1 + std::exp(2.0)), 1e-7);
}

TEST(LogitNormLoss, DoesNotSeeHowLongARowIs) {
  const auto student = output(rows({3, 4, -1}, 3));
  EXPECT_NEAR(value(0.04, 10 * student.logits.detach()), value(0.04, student.logits.detach()), 1e-6);
  sum_of(terms("logit_norm", {}, student, {.labels = label_tensor({0})})).backward();
  EXPECT_NEAR((student.logits.grad() * student.logits.detach()).sum().item<double>(), 0, 1e-6);
  EXPECT_GT(student.logits.grad().abs().max().item<double>(), 0.1);
}

TEST(LogitNormLoss, StaysFiniteForARowOfZerosAndNeedsNoTeacher) {
  const auto student = output(at::zeros({1, 3}));
  const auto found = terms("logit_norm", {}, student, {.labels = label_tensor({0})});
  EXPECT_FLOAT_EQ(sum_of(found).item<float>(), std::log(3.0f));
  expect_finite(found, student);
  EXPECT_FALSE(build_loss("logit_norm", {}, 2)->needs().teacher);
}

}  // namespace
}  // namespace kdbench::test::logit_norm_loss
