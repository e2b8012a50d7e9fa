/// The terms of DIST, which other losses use on logits of their own making. N images, K classes.
#pragma once
#include <kdbench/sdk/logits.h>

#include <ATen/ops/softmax.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dist {

/// Weights of the two terms, of which one of weight 0 is not computed, and what is added to every product of norms.
struct Settings {
  double beta = 1.0, gamma = 1.0, eps = 1e-8;
};

/// 1 - mean correlation along `dim` of two tensors of one shape, [N, K].
inline torch::Tensor pearson_distance(const torch::Tensor& student, const torch::Tensor& teacher, std::int64_t dim, double eps) {
  const auto s = student - student.mean(dim, /*keepdim=*/true);
  const auto t = teacher - teacher.mean(dim, /*keepdim=*/true);
  const auto norms = s.norm(2, {dim}) * t.norm(2, {dim});
  return 1 - ((s * t).sum(dim) / (norms + eps)).mean();
}

/// Returns "inter", over classes for every image, and "intra", over images for every class. Logits are [N, K], divided by their
/// temperatures.
inline kdbench::LossTerms terms(const torch::Tensor& student_logits, const torch::Tensor& teacher_logits,
                                const Settings& settings) {
  // Correlations need the probabilities themselves; softmax subtracts the maximum, so no gap of logits overflows.
  const auto student = at::softmax(student_logits, 1);
  const auto teacher = at::softmax(teacher_logits, 1);
  std::vector<std::pair<std::string, torch::Tensor>> out;
  if (settings.beta > 0) out.emplace_back("inter", settings.beta * pearson_distance(student, teacher, 1, settings.eps));
  if (settings.gamma > 0) out.emplace_back("intra", settings.gamma * pearson_distance(student, teacher, 0, settings.eps));
  return out;
}

}  // namespace dist
