/// What the tests of losses on feature maps and embeddings share: two networks' outputs written out, and what a loss is told of
/// them.
#pragma once
#include "loss_checks.h"

#include <ATen/ops/isfinite.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <string>
#include <vector>

namespace kdbench::test {

/// Returns float64 numbers of a shape, row by row.
inline torch::Tensor numbers(const std::vector<double>& values, at::IntArrayRef shape) {
  return at::tensor(values, torch::kFloat64).view(shape);
}

/// One batch of two networks. What the student has is a leaf that takes a gradient.
struct TwoNetworks {
  LossContext context = {.num_classes = 2, .num_train = 8, .student = {}, .teacher = {}};
  ModelOutput student, teacher;
  torch::Tensor labels, indices;
  Classifier student_classifier = {};
  double tau = 1;
  std::int64_t step = 0;

  /// Adds a map to both, [N, C, H, W] each, after and before the activation.
  TwoNetworks& maps(const std::string& name, const torch::Tensor& of_student, const torch::Tensor& of_teacher) {
    for (auto* out : {&student, &teacher}) {
      const auto& map = out == &student ? of_student : of_teacher;
      const auto leaf = map.clone().requires_grad_(out == &student);
      out->features.emplace(name, leaf);
      out->preactivations.emplace(name, leaf);
      auto& shapes = out == &student ? context.student : context.teacher;
      shapes.push_back({name, map.size(1), map.size(2), map.size(3)});
    }
    return *this;
  }

  /// Adds the embeddings, [N, D] each.
  TwoNetworks& embeddings(const torch::Tensor& of_student, const torch::Tensor& of_teacher) {
    student.embedding = of_student.clone().requires_grad_(true);
    teacher.embedding = of_teacher.clone();
    context.student_embedding = of_student.size(1);
    context.teacher_embedding = of_teacher.size(1);
    return *this;
  }

  /// Adds the maps that are pooled into the embeddings, and those.
  TwoNetworks& embedding_maps(const torch::Tensor& of_student, const torch::Tensor& of_teacher) {
    embeddings(of_student.mean({2, 3}), of_teacher.mean({2, 3}));
    student.embedding_map = of_student.clone().requires_grad_(true);
    teacher.embedding_map = of_teacher.clone();
    const auto shape = [](const torch::Tensor& map) {
      return FeatureShape{"embedding map", map.size(1), map.size(2), map.size(3)};
    };
    context.student_embedding_map = shape(of_student);
    context.teacher_embedding_map = shape(of_teacher);
    return *this;
  }
};

/// Two networks of two maps, of which the first is small and equal: losses that leave the stem out compare the second.
inline TwoNetworks behind_a_stem(const torch::Tensor& of_student, const torch::Tensor& of_teacher) {
  const auto stem = at::zeros({of_student.size(0), 1, 1, 1}, torch::kFloat64);
  return TwoNetworks{}.maps("f0", stem, stem).maps("f1", of_student, of_teacher);
}

/// Builds the loss for the two networks, in float64 and train mode.
inline std::shared_ptr<Loss> build_loss(const std::string& name, const ParamValues& params, const TwoNetworks& networks) {
  const auto& entry = built_plugins().losses.at(name);
  at::manual_seed(3);
  auto loss = entry.create(resolve_params(entry.params, params), networks.context);
  loss->to(torch::kFloat64);
  loss->train();
  return loss;
}

/// The terms of one batch.
inline LossTerms terms(Loss& loss, const TwoNetworks& networks) {
  const torch::Tensor none;
  return loss.forward({.student = networks.student,
                       .teacher = networks.teacher,
                       .labels = networks.labels,
                       .indices = networks.indices,
                       .posterior = none,
                       .images = none,
                       .tau_student = networks.tau,
                       .tau_teacher = networks.tau,
                       .step = networks.step,
                       .student_classifier = networks.student_classifier});
}

/// The sum of the terms.
inline torch::Tensor total(Loss& loss, const TwoNetworks& networks) {
  torch::Tensor sum;
  const auto found = terms(loss, networks);
  for (const auto& [name, term] : found.terms()) sum = sum.defined() ? sum + term : term;
  return sum;
}

/// The sum of the terms of the loss `name`.
inline torch::Tensor total(const std::string& name, const ParamValues& params, const TwoNetworks& networks) {
  return total(*build_loss(name, params, networks), networks);
}

/// Gives a parameter or buffer of the loss, by its name, other values.
inline void set_state(Loss& loss, const std::string& name, const torch::Tensor& values) {
  const torch::NoGradGuard no_grad;
  auto parameters = loss.named_parameters();
  auto buffers = loss.named_buffers();
  auto* tensor = parameters.contains(name) ? parameters.find(name) : buffers.find(name);
  ASSERT_NE(tensor, nullptr) << "the loss has no '" << name << "'";
  tensor->copy_(values.view(tensor->sizes()));
}

/// Why the loss declines the two networks, or "accepted".
inline std::string refusal(const std::string& name, const ParamValues& params, const LossContext& context) {
  const auto& entry = built_plugins().losses.at(name);
  return entry.unsupported(resolve_params(entry.params, params), context).value_or("accepted");
}

/// Expects a finite value and finite gradients of everything that the student has.
inline void expect_finite(const torch::Tensor& value, const TwoNetworks& networks) {
  EXPECT_TRUE(at::isfinite(value).item<bool>());
  value.backward();
  for_each_tensor(networks.student, [](const std::string& kind, const std::string& name, const torch::Tensor& tensor) {
    const auto& gradient = tensor.grad();
    EXPECT_TRUE(!gradient.defined() || at::isfinite(gradient).all().item<bool>()) << kind << " " << name;
  });
}

}  // namespace kdbench::test
