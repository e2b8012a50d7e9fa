/// Noise-contrastive estimation of CRD.
#pragma once
#include <ATen/ops/full_like.h>
#include <ATen/ops/logaddexp.h>
#include <torch/types.h>

#include <cmath>

namespace crd {

/// -1/N sum_n [ln x_0 / (x_0 + c + eps) + sum_{k >= 1} ln c / (x_k + c + eps)], c = K / num_rows, from the logarithms of the
/// scores x, [N, 1 + K]: how badly they tell the first from the K that were drawn at random among `num_rows`. 0-dim.
inline torch::Tensor contrast(const torch::Tensor& log_scores, double num_rows) {
  const auto drawn = log_scores.size(1) - 1;
  const double noise = static_cast<double>(drawn) / num_rows;
  const auto log_sums = at::logaddexp(log_scores, at::full_like(log_scores, std::log(noise + 1e-7)));
  const auto first = log_scores.select(1, 0) - log_sums.select(1, 0);
  const auto others = std::log(noise) - log_sums.narrow(1, 1, drawn);
  return -(first.sum() + others.sum()) / static_cast<double>(log_scores.size(0));
}

}  // namespace crd
