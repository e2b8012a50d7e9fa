/// What the tests of the loss plugins share: a loss by its name, on logits that are written out.
#pragma once
#include "built_plugins.h"
#include "complaint.h"

#include <kdbench/registry/check_params.h>
#include <kdbench/sdk/testing.h>

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace kdbench::test {

/// What a loss may read beside the student's output.
struct Given {
  torch::Tensor teacher = {};    ///< logits
  torch::Tensor posterior = {};  ///< [N, K]
  double tau_student = 1, tau_teacher = 1;
  torch::Tensor labels = {};  ///< [N]
  std::int64_t epoch = 0;     ///< of 10
};

/// Returns the loss `name`, built for `num_classes` from its defaults and `params`.
inline std::shared_ptr<Loss> build_loss(const std::string& name, const ParamValues& params, std::int64_t num_classes) {
  const auto& entry = built_plugins().losses.at(name);
  return entry.create(resolve_params(entry.params, params), {.num_classes = num_classes, .student = {}, .teacher = {}});
}

/// Returns the terms of `loss` for what the student computed.
inline LossTerms terms_of(Loss& loss, const ModelOutput& student, const Given& given) {
  ModelOutput teacher;
  teacher.logits = given.teacher;
  const torch::Tensor none;
  return loss.forward({.student = student,
                       .teacher = teacher,
                       .labels = given.labels,
                       .indices = none,
                       .posterior = given.posterior,
                       .images = none,
                       .tau_student = given.tau_student,
                       .tau_teacher = given.tau_teacher,
                       .epoch = given.epoch,
                       .num_epochs = 10});
}

/// The same of a loss that is built for it.
inline LossTerms terms(const std::string& name, const ParamValues& params, const ModelOutput& student, const Given& given) {
  return terms_of(*build_loss(name, params, student.logits.size(1)), student, given);
}

/// Returns labels, [N] int64.
inline torch::Tensor label_tensor(const std::vector<std::int64_t>& classes) { return at::tensor(classes, torch::kInt64); }

/// Returns the term `name` of `found`; undefined, after a failure, where there is none.
inline torch::Tensor term_of(const LossTerms& found, const std::string& name) {
  for (const auto& [other, value] : found.terms()) {
    if (other == name) return value;
  }
  ADD_FAILURE() << "no term '" << name << "'";
  return {};
}

/// Returns the sum of all terms.
inline torch::Tensor sum_of(const LossTerms& found) {
  torch::Tensor sum;
  for (const auto& [name, value] : found.terms()) sum = sum.defined() ? sum + value : value;
  return sum;
}

/// Expects each number of `found` within 1e-12 of `expected`, row by row.
inline void expect_numbers(const torch::Tensor& found, const std::vector<double>& expected) {
  ASSERT_TRUE(found.defined());
  ASSERT_EQ(found.numel(), static_cast<std::int64_t>(expected.size()));
  const auto flat = found.flatten().to(torch::kFloat64);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(flat[static_cast<std::int64_t>(i)].item<double>(), expected[i], 1e-12) << "number " << i;
  }
}

/// Expects the terms and their gradient at the student's logits to be finite.
inline void expect_finite(const LossTerms& found, const ModelOutput& student) {
  for (const auto& [name, value] : found.terms()) EXPECT_TRUE(value.isfinite().item<bool>()) << name;
  sum_of(found).backward();
  EXPECT_TRUE(student.logits.grad().isfinite().all().item<bool>());
}

}  // namespace kdbench::test
