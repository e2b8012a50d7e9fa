/// What losses on two sets of logits share. N rows, K classes.
#pragma once
#include <kdbench/sdk/loss.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/log_softmax.h>
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

}  // namespace kdbench::logits
