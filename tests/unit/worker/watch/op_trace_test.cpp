// The operations of a piece of code, in order, and which of them read a value or draw.
#include <kdbench/worker/watch/op_trace.h>

#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <torch/types.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace kdbench {
namespace {

using Names = std::vector<std::string>;

bool holds(const Names& ops, const std::string& name) { return std::find(ops.begin(), ops.end(), name) != ops.end(); }

TEST(OpsOf, ListsTheOperationsOfItsBodyAlone) {
  const auto x = at::ones({2});
  const auto ops = ops_of([&] { x.add(x).exp(); });
  EXPECT_EQ(ops, (Names{"aten::add", "aten::exp"}));
  x.add(x);
  EXPECT_EQ(ops_of([] {}), Names{});
}

TEST(OpsOf, StopsListeningWhereTheBodyThrows) {
  EXPECT_THROW(ops_of([] { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_TRUE(holds(ops_of([] { at::ones({1}); }), "aten::ones"));
}

TEST(FirstHostRead, NamesAReadOfAValueAndASizeThatDependsOnValues) {
  const auto x = at::ones({2});
  EXPECT_EQ(first_host_read(ops_of([&] { x.sum().item<double>(); })), "aten::_local_scalar_dense");
  EXPECT_EQ(first_host_read(ops_of([&] { x.nonzero(); })), "aten::nonzero");
  EXPECT_EQ(first_host_read(ops_of([&] { x.sum(); })), "");
  // one_hot reads its labels on the CPU alone; what comes after it counts again.
  const auto labels = at::ones({2}, torch::kInt64);
  EXPECT_EQ(first_host_read(ops_of([&] { at::one_hot(labels, 3); })), "");
  EXPECT_EQ(first_host_read(ops_of([&] { at::one_hot(labels, 3).sum().item<std::int64_t>(); })), "aten::_local_scalar_dense");
}

TEST(FirstDraw, NamesADrawFromAnyGenerator) {
  EXPECT_EQ(first_draw(ops_of([] { at::rand({2}); })), "aten::rand");
  EXPECT_EQ(first_draw(ops_of([] { at::ones({2}); })), "");
}

}  // namespace
}  // namespace kdbench
