// Asymmetric temperature scaling: values by hand, what it becomes at equal temperatures, gradients by finite differences.
#include <tests/plugins/built_plugins.h>

#include <kdbench/registry/check_params.h>

#include <ATen/Functions.h>

#include <gtest/gtest.h>

#include <cmath>

namespace kdbench {
namespace {

using test::built_plugins;

torch::Tensor ats(double correct, double wrong, double tau_student, const torch::Tensor& student, const torch::Tensor& teacher,
                  const torch::Tensor& labels, double tau_teacher = 1) {
  const auto& entry = built_plugins().losses.at("ats");
  auto loss = entry.create(resolve_params(entry.params, {{"tau_correct", correct}, {"tau_wrong", wrong}}),
                           {.student = {}, .teacher = {}});
  ModelOutput s, t;
  s.logits = student;
  t.logits = teacher;
  const torch::Tensor none;
  const auto terms = loss->forward({.student = s,
                                    .teacher = t,
                                    .labels = labels,
                                    .indices = none,
                                    .posterior = none,
                                    .images = none,
                                    .tau_student = tau_student,
                                    .tau_teacher = tau_teacher});
  EXPECT_EQ(terms.terms().size(), 1u);
  return terms.terms()[0].second;
}

/// Five images of ten classes.
struct Batch {
  torch::Tensor student, teacher, labels;
  Batch() {
    at::manual_seed(5);
    student = at::randn({5, 10}, torch::kFloat64).requires_grad_(true);
    teacher = 3 * at::randn({5, 10}, torch::kFloat64);
    labels = at::tensor(std::vector<std::int64_t>{2, 0, 9, 7, 2}, torch::kInt64);
  }
};

TEST(Ats, HeatsTheLabelAndTheOthersApart) {
  // Label 0, tau_correct 2, tau_wrong 1: (2 ln 3, ln 2, 0) becomes (ln 3, ln 2, 0), so q = (3, 2, 1) / 6.
  // tau_student 2: (2 ln 2, 0, 0) becomes (ln 2, 0, 0), so p = (1/2, 1/4, 1/4) and the loss is ln 2 / 2 + ln 4 / 2 = 1.5 ln 2.
  const auto teacher = at::tensor({2 * std::log(3.0), std::log(2.0), 0.0}, torch::kFloat64).view({1, 3});
  const auto student = at::tensor({2 * std::log(2.0), 0.0, 0.0}, torch::kFloat64).view({1, 3});
  const auto label = [](std::int64_t k) { return at::full({1}, k, torch::kInt64); };
  EXPECT_NEAR(ats(2, 1, 2, student, teacher, label(0)).item<double>(), 1.5 * std::log(2.0), 1e-15);
  // Label 1 although the teacher prefers 0: (2 ln 3, ln 2 / 2, 0), so q = (9, sqrt 2, 1) / (10 + sqrt 2).
  const double q0 = 9 / (10 + std::sqrt(2.0));
  EXPECT_NEAR(ats(2, 1, 2, student, teacher, label(1)).item<double>(), q0 * std::log(2.0) + (1 - q0) * std::log(4.0), 1e-15);
}

TEST(Ats, IsSoftTargetCrossEntropyAtEqualTemperatures) {
  const Batch b;
  for (const double tau : {0.5, 1.0, 4.0}) {
    const auto targets = at::softmax(b.teacher / tau, 1);
    const double expected = -(targets * at::log_softmax(b.student / tau, 1)).sum().item<double>() / 5;
    EXPECT_NEAR(ats(tau, tau, tau, b.student, b.teacher, b.labels).item<double>(), expected, 1e-14 * expected);
  }
}

TEST(Ats, DoesNotReadTheHostsTeacherTemperature) {
  const Batch b;
  EXPECT_TRUE(ats(4, 3, 1, b.student, b.teacher, b.labels, 1).equal(ats(4, 3, 1, b.student, b.teacher, b.labels, 8)));
}

TEST(Ats, HasTheGradientOfFiniteDifferences) {
  Batch b;
  ats(4, 2, 2, b.student, b.teacher, b.labels).backward();
  for (int i = 0; i < 3; ++i) {
    const auto direction = at::randn({5, 10}, torch::kFloat64);
    constexpr double kStep = 1e-5;
    const auto at_step = [&](double step) {
      return ats(4, 2, 2, b.student.detach() + step * direction, b.teacher, b.labels).item<double>();
    };
    const double numeric = (at_step(kStep) - at_step(-kStep)) / (2 * kStep);
    EXPECT_NEAR((b.student.grad() * direction).sum().item<double>(), numeric, 1e-9);
  }
}

TEST(Ats, RefusesTeachersOfOtherClasses) {
  try {
    ats(4, 3, 1, at::zeros({3, 4}), at::zeros({3, 5}), at::zeros({3}, torch::kInt64));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "ats: expected student and teacher logits of one shape, found [3, 4] and [3, 5]; both networks need the "
                 "data set's classes");
  }
}

}  // namespace
}  // namespace kdbench
