// WKD-L: costs of classes, one iteration by hand, networks that agree, and the label's own term.
#include <tests/plugins/loss_checks.h>

#include <cmath>

namespace kdbench::test::wkd_l_loss {
namespace {

/// For a teacher of these class weights, two numbers a class.
std::shared_ptr<Loss> build(const ParamValues& params, const torch::Tensor& weight) {
  const auto& entry = built_plugins().losses.at("wkd_l");
  LossContext context{.num_classes = weight.size(0), .student = {}, .teacher = {}};
  context.teacher_classifier.weight = weight;
  auto loss = entry.create(resolve_params(entry.params, params), context);
  loss->to(torch::kFloat64);
  return loss;
}

const double kApart = 1 - std::exp(-1.0);  // the cost between classes at a right angle

TEST(WkdLLoss, HoldsClassesForAlikeByTheAngleOfTheirWeights) {
  // Alike, at a right angle, opposite: 1 - e^0, 1 - e^-1, 1 - e^-2.
  const auto loss = build({}, rows({1, 0, 5, 0, 0, 2, -3, 0}, 2));
  const double far = 1 - std::exp(-2.0);
  expect_numbers(loss->named_buffers()["cost"],
                 {0, 0, kApart, far, 0, 0, kApart, far, kApart, kApart, 0, kApart, far, far, kApart, 0});
}

TEST(WkdLLoss, MovesTheDifferenceOfTheOtherClasses) {
  // Label 0, two other classes at a right angle, and a kernel of exp(-cost / regularisation) = 1/3 between them. From v = 1/2 and
  // the teacher's (1/2, 1/2) u = 1/2 / (1/2 + 1/6) = 3/4 for both, and v = q_s / (3/4 + 1/4) = q_s: what is moved from one class
  // to another is 3/4 * 1/3 (q_1 + q_2) = 1/4.
  const auto loss = build({{"weight", 2.0}, {"iterations", std::int64_t{1}}, {"regularisation", kApart / std::log(3.0)}},
                          rows({1, 1, 1, 0, 0, 1}, 2));
  const auto student = output(rows({0, 2 * std::log(3.0), 0}, 3));
  const auto found =
      terms_of(*loss, student, {.teacher = at::zeros({1, 3}, torch::kFloat64), .tau_student = 2, .labels = label_tensor({0})});
  EXPECT_NEAR(term_of(found, "transport").item<double>(), 2 * kApart / 4, 1e-6);
  EXPECT_NEAR(term_of(found, "target").item<double>(), std::log(11.0) / 3, 1e-14);  // 1/3 ln(1 + 9 + 1), at temperature 1
  expect_finite(found, student);
}

TEST(WkdLLoss, CostsLessBetweenClassesThatAreAlike) {
  const auto teacher = rows({0, 3, 0, 0}, 4), student = rows({0, 0, 0, 3}, 4);
  const auto cost = [&](const torch::Tensor& weight) {
    return term_of(terms_of(*build({}, weight), output(student), {.teacher = teacher, .labels = label_tensor({0})}), "transport")
        .item<double>();
  };
  const auto apart = rows({1, 1, 1, 0, 0, 1, -1, 0}, 2), alike = rows({1, 1, 1, 0, 0, 1, 1, 0.1}, 2);
  EXPECT_LT(cost(alike), 0.1 * cost(apart));
}

TEST(WkdLLoss, MovesNearlyNothingWhereTheNetworksAgreeAndStaysFiniteWhereProbabilitiesUnderflow) {
  const auto weight = rows({1, 1, 1, 0, 0, 1}, 2);
  const auto logits = rows({0, 1, 2}, 3);
  const auto equal = terms_of(*build({}, weight), output(logits), {.teacher = logits, .labels = label_tensor({0})});
  EXPECT_LT(term_of(equal, "transport").item<double>(), 600 * 1e-4);
  const auto loss = build({}, weight);
  loss->to(torch::kFloat32);
  const auto student = output(rows({-200, 200, 0}, 3).to(torch::kFloat32));
  expect_finite(terms_of(*loss, student, {.teacher = rows({200, -200, 0}, 3).to(torch::kFloat32), .labels = label_tensor({0})}),
                student);
}

}  // namespace
}  // namespace kdbench::test::wkd_l_loss
