// Self-distillation by hand: two classes, one image, two exits.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::byot_loss {
namespace {

/// Both exits know nothing, and the last layer gives the classes 3/4 and 1/4.
ModelOutput ignorant_exits() {
  auto student = output(rows({std::log(3.0), 0}, 2));
  for (const char* name : {"exit1", "exit2"}) student.exits[name] = rows({0, 0}, 2).requires_grad_(true);
  return student;
}

// Each exit: CE = ln 2, KL((3/4, 1/4) || (1/2, 1/2)) = 3/4 ln 3/2 + 1/4 ln 1/2. Both count 1/2 at imitation = 1/2.
TEST(ByotLoss, TeachesEveryExitByLabelsAndByTheLastLayer) {
  const auto student = ignorant_exits();
  const auto found = terms("byot", {{"imitation", 0.5}, {"exit_tau", 1.0}}, student, {.labels = label_tensor({0})});
  ASSERT_EQ(found.terms().size(), 2u);
  EXPECT_EQ(found.terms()[0].first, "exits_ce");
  EXPECT_NEAR(found.terms()[0].second.item<double>(), std::log(2.0), 1e-15);
  EXPECT_EQ(found.terms()[1].first, "exits_kd");
  EXPECT_NEAR(found.terms()[1].second.item<double>(), 0.75 * std::log(1.5) + 0.25 * std::log(0.5), 1e-15);
}

// d CE = p - y = (-1/2, 1/2); d KL = p - q = (-1/4, 1/4); half of each: (-3/8, 3/8). The last layer is a teacher here: no
// gradient.
TEST(ByotLoss, MovesTheExitsAndNotTheLastLayer) {
  const auto student = ignorant_exits();
  sum_of(terms("byot", {{"imitation", 0.5}, {"exit_tau", 1.0}}, student, {.labels = label_tensor({0})})).backward();
  expect_numbers(student.exits.at("exit1").grad(), {-0.375, 0.375});
  EXPECT_FALSE(student.logits.grad().defined());
}

// At tau = 2 softmax(ln 9 / 2, 0) is (3/4, 1/4), and the divergence counts tau^2 = 4 times.
TEST(ByotLoss, CountsTheDivergenceTauSquaredTimes) {
  auto student = output(rows({std::log(9.0), 0}, 2));
  student.exits["exit1"] = rows({0, 0}, 2);
  const auto found = terms("byot", {{"imitation", 1.0}, {"exit_tau", 2.0}}, student, {.labels = label_tensor({0})});
  EXPECT_NEAR(found.terms()[1].second.item<double>(), 4 * (0.75 * std::log(1.5) + 0.25 * std::log(0.5)), 1e-14);
}

TEST(ByotLoss, NeedsExitsAndNoTeacher) {
  const auto needs = build_loss("byot", {}, 2)->needs();
  EXPECT_TRUE(needs.student_exits);
  EXPECT_FALSE(needs.teacher);
  EXPECT_FALSE(needs.reads_student_tau());  // the host multiplies nothing by tau^2
}

}  // namespace
}  // namespace kdbench::test::byot_loss
