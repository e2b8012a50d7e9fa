// The leaves of a value's graph are those tensors that a backward pass would give gradients to.
#include <kdbench/worker/watch/autograd_leaves.h>

#include <ATen/ops/ones.h>

#include <gtest/gtest.h>

namespace kdbench {
namespace {

TEST(AutogradLeaves, AreTheTensorsThatTakeGradients) {
  const auto a = at::ones({2}).requires_grad_(true), b = at::ones({2}).requires_grad_(true), constant = at::ones({2});
  EXPECT_EQ(autograd_leaves((a * b + a * constant).sum()).size(), 2u);  // a once
  EXPECT_EQ(autograd_leaves((a * b.detach()).sum()).size(), 1u);
  EXPECT_TRUE(autograd_leaves(a).at(0).is_same(a));
  EXPECT_TRUE(autograd_leaves(constant.sum()).empty());
}

}  // namespace
}  // namespace kdbench
