/// What the tests of the loss plugins share: a loss by its name, on logits that are written out.
#pragma once
#include "built_plugins.h"
#include "complaint.h"

#include <kdbench/registry/check_params.h>

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
};

/// Returns the loss `name`, built for `num_classes` from its defaults and `params`.
inline std::shared_ptr<Loss> build_loss(const std::string& name, const ParamValues& params, std::int64_t num_classes) {
  const auto& entry = built_plugins().losses.at(name);
  return entry.create(resolve_params(entry.params, params), {.num_classes = num_classes, .student = {}, .teacher = {}});
}

/// Returns the loss's terms for the student's logits.
inline LossTerms terms(const std::string& name, const ParamValues& params, const ModelOutput& student, const Given& given) {
  ModelOutput teacher;
  teacher.logits = given.teacher;
  const torch::Tensor none;
  return build_loss(name, params, student.logits.size(1))
      ->forward({.student = student,
                 .teacher = teacher,
                 .labels = none,
                 .indices = none,
                 .posterior = given.posterior,
                 .images = none,
                 .tau_student = given.tau_student,
                 .tau_teacher = given.tau_teacher});
}

/// Returns logits of float64 by rows, [N, classes].
inline torch::Tensor rows(const std::vector<double>& values, std::int64_t classes) {
  return at::tensor(values, torch::kFloat64).view({-1, classes});
}

/// Returns a student's output with these logits, as a leaf that takes a gradient.
inline ModelOutput output(const torch::Tensor& logits) {
  ModelOutput out;
  out.logits = logits.clone().requires_grad_(true);
  return out;
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

}  // namespace kdbench::test
