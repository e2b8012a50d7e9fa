#include <kdbench/train/objective/objective.h>

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace kdbench {
namespace {

torch::Tensor scalar(double value) { return at::tensor(value, torch::kFloat64); }

/// Two classes with equal logits: cross-entropy is ln 2.
double total(const LossTerms& terms, const ObjectiveKnobs& knobs) {
  const auto logits = at::zeros({3, 2}, torch::kFloat64);
  return objective(logits, at::zeros({3}, torch::kInt64), terms, knobs).total.item<double>();
}

TEST(Objective, WeighsCrossEntropyAndTerms) {
  const LossTerms terms{{"a", scalar(1.5)}, {"b", scalar(0.5)}};
  // 0.75 ln 2 + 0.25 * (1.5 + 0.5)
  EXPECT_NEAR(total(terms, {.alpha = 0.25, .tau_squared = false}), 0.75 * std::log(2.0) + 0.5, 1e-15);
  // 0.75 ln 2 + 0.25 * 3^2 * 2: the student's temperature, not the teacher's
  EXPECT_NEAR(total(terms, {.alpha = 0.25, .tau_student = 3, .tau_teacher = 7}), 0.75 * std::log(2.0) + 4.5, 1e-15);
}

TEST(Objective, DropsCrossEntropyAtAlphaOne) {
  // Labels outside the classes would throw if cross-entropy were computed.
  const auto result = objective(at::zeros({1, 2}), at::tensor({9}, torch::kInt64), LossTerms(scalar(2)), {.tau_squared = false});
  EXPECT_EQ(result.total.item<double>(), 2);
  ASSERT_EQ(result.terms.size(), 1u);
  EXPECT_EQ(result.terms[0].first, "kd");
}

TEST(Objective, IsCrossEntropyAloneWithoutTerms) {
  EXPECT_NEAR(total({}, {.alpha = 1}), std::log(2.0), 1e-15);
  EXPECT_NEAR(total({}, {.alpha = 0.3}), std::log(2.0), 1e-15);
}

/// The total of some losses beside cross-entropy that is ln 2.
double total(const std::vector<WeightedTerms>& losses, const CrossEntropy& ce) {
  return objective(at::zeros({3, 2}, torch::kFloat64), at::zeros({3}, torch::kInt64), losses, ce).total.item<double>();
}

TEST(Objective, SumsTheTermsOfEveryLossByItsWeight) {
  const WeightedTerms first{{{"a", scalar(1.5)}, {"b", scalar(0.5)}}, 0.8}, second{LossTerms(scalar(0.25)), 1000};
  // 1.5 ln 2 + 0.8 * (1.5 + 0.5) + 1000 * 0.25
  EXPECT_NEAR(total({first, second}, {.beside_terms = 1.5}), 1.5 * std::log(2.0) + 1.6 + 250, 1e-12);
  EXPECT_NEAR(total({first, second}, {}), 1.6 + 250, 1e-12);
}

TEST(Objective, WeighsCrossEntropyApartWhereThereAreNoTerms) {
  EXPECT_NEAR(total({}, {.beside_terms = 0.5, .alone = 2}), 2 * std::log(2.0), 1e-15);
  EXPECT_NEAR(total({{LossTerms(), 3}}, {.beside_terms = 0.5, .alone = 2}), 2 * std::log(2.0), 1e-15);
}

TEST(Objective, RefusesToMinimiseNothing) {
  try {
    total({{LossTerms(), 1}}, {.beside_terms = 0, .alone = 0});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the loss returned no terms, and 'ce_weight' is 0: there is nothing to learn");
  }
}

TEST(Objective, SmoothsLabels) {
  // p = (0.8, 0.2): -(0.9 ln 0.8 + 0.1 (ln 0.8 + ln 0.2) / 2)
  const auto logits = at::tensor({std::log(4.0), 0.0}, torch::kFloat64).view({1, 2});
  const double found =
      objective(logits, at::zeros({1}, torch::kInt64), LossTerms(), {.label_smoothing = 0.1}).total.item<double>();
  EXPECT_NEAR(found, -(0.9 * std::log(0.8) + 0.05 * (std::log(0.8) + std::log(0.2))), 1e-15);
}

}  // namespace
}  // namespace kdbench
