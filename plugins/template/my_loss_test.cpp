// The template's loss: its value and gradient by hand. Copy me beside your loss; I am built with kdbench's own tests.
#include <tests/plugins/loss_checks.h>

namespace kdbench::test {
namespace {

torch::Tensor mse(const ModelOutput& student, const torch::Tensor& teacher, double temperature) {
  return terms("my_loss", {{"temperature", temperature}}, student, {.teacher = teacher}).terms().at(0).second;
}

TEST(MyLoss, IsTheMeanSquareOfTheDifferences) {
  const auto student = output(rows({1, 2, 0, -1}, 2));
  const auto found = mse(student, rows({1, 0, 0, 1}, 2), 1);
  EXPECT_DOUBLE_EQ(found.item<double>(), (0 + 4 + 0 + 4) / 4.0);
  found.backward();
  // 2 (s - t) / 4
  expect_numbers(student.logits.grad(), {0, 1, 0, -1});
}

TEST(MyLoss, DividesBothLogitsByTheTemperature) {
  EXPECT_DOUBLE_EQ(mse(output(rows({4, 0}, 2)), rows({0, 0}, 2), 2).item<double>(), (4 + 0) / 2.0);
}

TEST(MyLoss, RefusesATemperatureNearZero) {
  const auto& spec = built_plugins().losses.at("my_loss").params.at(0);
  EXPECT_EQ(check_param(spec, 0.05).complaint, "'temperature' must be at least 0.1, found 0.05");
}

}  // namespace
}  // namespace kdbench::test
