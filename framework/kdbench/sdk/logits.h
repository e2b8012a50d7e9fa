/// What losses on two sets of logits share. N rows, K classes.
#pragma once
#include <kdbench/sdk/loss.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <sstream>
#include <string>

namespace kdbench::logits {

/// @throws kdbench::Error in the name of `loss` unless student and teacher have logits of one shape
inline void expect_one_shape(const std::string& loss, const LossInputs& in) {
  const auto &student = in.student.logits, &teacher = in.teacher.logits;
  if (student.sizes() == teacher.sizes()) return;
  std::ostringstream text;
  text << loss << ": expected student and teacher logits of one shape, found " << student.sizes() << " and " << teacher.sizes()
       << "; both networks need the data set's classes";
  throw Error(text.str());
}

/// Logarithms of the softmax of each network's logits at its own temperature, [N, K] each. The logarithm is taken inside the
/// softmax: log(softmax(x)) is -inf once a gap passes 104 in float32.
struct LogProbabilities {
  torch::Tensor student, teacher;
};
/// @throws kdbench::Error in the name of `loss` unless the logits have one shape
inline LogProbabilities log_probabilities(const std::string& loss, const LossInputs& in) {
  expect_one_shape(loss, in);
  return {at::log_softmax(in.student.logits / in.tau_student, 1), at::log_softmax(in.teacher.logits / in.tau_teacher, 1)};
}

/// KL(p || q) of each row, [N], from log p and log q, [N, K] each. Where p is 0, even by underflow, a class adds nothing.
inline torch::Tensor kl_divergence(const torch::Tensor& log_p, const torch::Tensor& log_q) {
  const auto p = log_p.exp();
  const auto summands = p * (log_p - log_q);
  return at::where(p.gt(0), summands, at::zeros_like(summands)).sum(1);
}

/// The entry of each row's label, [N], of `values` [N, K].
inline torch::Tensor at_label(const torch::Tensor& values, const torch::Tensor& labels) {
  return values.gather(1, labels.unsqueeze(1)).squeeze(1);
}

/// The rows without their label's entry, [N, K - 1], in order of the classes.
inline torch::Tensor without_label(const torch::Tensor& values, const torch::Tensor& labels) {
  const auto others = at::arange(values.size(1) - 1, labels.options()).unsqueeze(0);
  return values.gather(1, others + others.ge(labels.unsqueeze(1)).to(torch::kInt64));
}

/// A class against all others: ln p_k and ln(1 - p_k) of each row's label k, [N, 2], from ln p [N, K]. Finite also where p_k
/// rounds to 0 or 1.
inline torch::Tensor against_others(const torch::Tensor& log_p, const torch::Tensor& labels) {
  return at::stack({at_label(log_p, labels), without_label(log_p, labels).logsumexp(1)}, 1);
}

/// The standard deviation of each row, [N, 1], over K - 1. A constant row has 1e-15 with gradient zero, where the root of 0 has
/// none.
inline torch::Tensor row_deviation(const torch::Tensor& values) {
  const auto centred = values - values.mean(1, /*keepdim=*/true);
  const auto variance = centred.square().sum(1, /*keepdim=*/true) / static_cast<double>(values.size(1) - 1);
  return variance.clamp_min(1e-30).sqrt();
}

/// The rows shifted and scaled to mean 0 and standard deviation 1, [N, K]: (z - mean z) / (deviation + eps).
inline torch::Tensor standardised(const torch::Tensor& values, double eps) {
  return (values - values.mean(1, /*keepdim=*/true)) / (row_deviation(values) + eps);
}

}  // namespace kdbench::logits
