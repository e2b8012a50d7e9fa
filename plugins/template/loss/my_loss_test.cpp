// The loss by hand: its value, its gradient, and what it refuses.
#include <kdbench/sdk/testing.h>

#include <gtest/gtest.h>

namespace {

using kdbench::test::complaint;
using kdbench::test::LossBatch;
using kdbench::test::numbers_of;
using kdbench::test::output;
using kdbench::test::plugins;
using kdbench::test::rows;

torch::Tensor value_of(const LossBatch& batch, const kdbench::ParamValues& params = {}) {
  return plugins().loss("my_loss", params)->forward(batch.inputs()).terms().at(0).second;
}

TEST(MyLoss, IsTheMeanSquareOfTheDifferences) {
  const LossBatch batch{.student = output(rows({1, 2, 0, -1}, 2)), .teacher = output(rows({1, 0, 0, 1}, 2))};
  const auto value = value_of(batch);
  EXPECT_DOUBLE_EQ(value.item<double>(), (0 + 4 + 0 + 4) / 4.0);
  value.backward();
  // 2 (s - t) / 4
  EXPECT_EQ(numbers_of(batch.student.logits.grad()), (std::vector<double>{0, 1, 0, -1}));
}

TEST(MyLoss, DividesBothLogitsByTheTemperature) {
  const LossBatch batch{.student = output(rows({4, 0}, 2)), .teacher = output(rows({0, 0}, 2))};
  EXPECT_DOUBLE_EQ(value_of(batch, {{"temperature", 2.0}}).item<double>(), (4 + 0) / 2.0);
}

TEST(MyLoss, RefusesTeachersOfOtherClasses) {
  const LossBatch batch{.student = output(rows({1, 2}, 2)), .teacher = output(rows({1, 2, 3}, 3))};
  EXPECT_EQ(complaint([&] { value_of(batch); }),
            "my_loss: expected student and teacher logits of one shape, found [1, 2] and [1, 3]; both networks need the data "
            "set's classes");
}

}  // namespace
