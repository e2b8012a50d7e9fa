// Neighbours by hand: two classes, one image, two exits.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::neighbour_self_kd_loss {
namespace {

/// The first exit knows nothing, the second gives the classes 3/4 and 1/4, the network 1/4 and 3/4.
ModelOutput three_opinions() {
  auto student = output(rows({0, std::log(3.0)}, 2));
  student.exits["exit1"] = rows({0, 0}, 2).requires_grad_(true);
  student.exits["exit2"] = rows({std::log(3.0), 0}, 2).requires_grad_(true);
  return student;
}

/// Returns the terms on `student` at tau 1 and label 0.
LossTerms terms_at(double imitation, const ModelOutput& student) {
  const auto& entry = built_plugins().losses.at("neighbour_self_kd");
  const auto loss = entry.create(resolve_params(entry.params, {{"imitation", imitation}, {"exit_tau", 1.0}}),
                                 {.num_classes = 2, .student = {}, .teacher = {}, .student_exits = {"exit1", "exit2"}});
  return terms_of(*loss, student, {.labels = label_tensor({0})});
}

// CE: ln 2 + ln 4/3. KL((3/4, 1/4) || (1/2, 1/2)) = 3/4 ln 3/2 + 1/4 ln 1/2; KL((1/4, 3/4) || (3/4, 1/4)) = 1/2 ln 3.
TEST(NeighbourSelfKdLoss, TeachesEachExitByTheNext) {
  const auto found = terms_at(0.5, three_opinions());
  ASSERT_EQ(found.terms().size(), 2u);
  EXPECT_EQ(found.terms()[0].first, "exits_ce");
  EXPECT_NEAR(found.terms()[0].second.item<double>(), 0.5 * (std::log(2.0) + std::log(4.0 / 3)), 1e-15);
  EXPECT_EQ(found.terms()[1].first, "neighbours_kd");
  EXPECT_NEAR(found.terms()[1].second.item<double>(), 0.5 * (0.75 * std::log(1.5) + 0.25 * std::log(0.5) + 0.5 * std::log(3.0)),
              1e-15);
}

// Of the divergence alone: exit1 is moved by p - q = (1/2 - 3/4, ...), exit2 by (3/4 - 1/4, ...) and not by what it teaches.
TEST(NeighbourSelfKdLoss, HoldsWhoTeachesConstant) {
  const auto student = three_opinions();
  sum_of(terms_at(1.0, student)).backward();
  expect_numbers(student.exits.at("exit1").grad(), {-0.25, 0.25});
  expect_numbers(student.exits.at("exit2").grad(), {0.5, -0.5});
  EXPECT_FALSE(student.logits.grad().defined());
}

TEST(NeighbourSelfKdLoss, NeedsExitsAndNoTeacher) {
  const auto needs = build_loss("neighbour_self_kd", {}, 2)->needs();
  EXPECT_TRUE(needs.student_exits);
  EXPECT_FALSE(needs.teacher);
  EXPECT_FALSE(needs.reads_student_tau());  // the host multiplies nothing by tau^2
}

}  // namespace
}  // namespace kdbench::test::neighbour_self_kd_loss
