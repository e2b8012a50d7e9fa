#include <kdbench/worker/watch/autograd_leaves.h>

#include <torch/csrc/autograd/functions/accumulate_grad.h>

#include <set>

namespace kdbench::inline worker {

std::vector<torch::Tensor> autograd_leaves(const torch::Tensor& value) {
  using torch::autograd::Node;
  std::vector<torch::Tensor> leaves;
  if (!value.requires_grad()) return leaves;
  if (value.is_leaf()) return {value};
  std::set<const Node*> seen;
  std::vector<Node*> open{value.grad_fn().get()};
  while (!open.empty()) {
    auto* node = open.back();
    open.pop_back();
    if (node == nullptr || !seen.insert(node).second) continue;
    if (const auto* leaf = dynamic_cast<const torch::autograd::AccumulateGrad*>(node)) leaves.push_back(leaf->variable);
    for (const auto& edge : node->next_edges()) open.push_back(edge.function.get());
  }
  return leaves;
}

}  // namespace kdbench::inline worker
