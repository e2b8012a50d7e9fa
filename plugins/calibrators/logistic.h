/// What calibrators share that are fitted like a logistic regression.
#pragma once
#include "minimise.h"
#include "rows.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/ones.h>

namespace calibrators {

/// The mean NLL of [N, K] logits, and its gradient in each of them, (p - one-hot of the label) / N.
struct MeanNll {
  double value = 0;
  Tensor slope;
};
inline MeanNll mean_nll(const Tensor& logits, const Tensor& labels) {
  const auto log_p = at::log_softmax(logits, 1);
  const auto at_label = labels.unsqueeze(1);
  auto slope = log_p.exp();
  slope.scatter_add_(1, at_label, -at::ones({labels.size(0), 1}, torch::kFloat64));
  return {-log_p.gather(1, at_label).mean().item<double>(), slope / static_cast<double>(labels.size(0))};
}

}  // namespace calibrators
