/// Which tensors a value takes gradients to.
#pragma once
#include <torch/types.h>

#include <vector>

namespace kdbench::inline worker {

/// Returns the leaves of the graph that ends in `value`, each once; none for a value without a gradient.
std::vector<torch::Tensor> autograd_leaves(const torch::Tensor& value);

}  // namespace kdbench::inline worker
