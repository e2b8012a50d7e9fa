// AdamW over one buffer: against torch's, by hand, in one pass and by tensor operations, and cut off in the middle.
#include <kdbench/train/optimizer/adamw.h>
#include <kdbench/train/optimizer/make_optimizer.h>
#include <kdbench/train/optimizer/sgd.h>

#include <ATen/Functions.h>

#include <gtest/gtest.h>
#include <torch/optim/adamw.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>

namespace kdbench {
namespace {

using Tensors = std::vector<at::Tensor>;

Tensors parameters() {
  Tensors out;
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{{3, 5}, {7}, {4, 3, 3, 3}, {1}}) {
    auto p = at::arange(1, 1 + at::ones(shape).numel()).to(at::kFloat).mul(0.01).view(shape);
    if (p.dim() == 4) p = p.contiguous(at::MemoryFormat::ChannelsLast);
    out.push_back(p.clone().set_requires_grad(true));
  }
  return out;
}

/// A loss of every parameter; the second has no part in it for three steps.
void backward(const Tensors& parameters, int step) {
  auto loss = at::zeros({});
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (i != 1 || step > 2) loss = loss + (parameters[i].square() * 0.2 * static_cast<double>(i + 1) + parameters[i].sin()).sum();
  }
  loss.backward();
}

void expect_near(const Tensors& found, const Tensors& expected, double tolerance) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_LT((found[i] - expected[i]).abs().max().item<double>(), tolerance) << "parameter " << i;
    EXPECT_EQ(found[i].strides(), expected[i].strides());
  }
}

constexpr FlatAdamW::Options kOptions{0.8, 0.95, 1e-6, 0.1, true};

TEST(AdamW, IsTorchsAdamWUpToRounding) {
  const auto ours = parameters(), theirs = parameters();
  FlatAdamW flat(ours, kOptions);
  torch::optim::AdamW adamw(theirs, torch::optim::AdamWOptions(0.01).betas({0.8, 0.95}).eps(1e-6).weight_decay(0.1));
  for (int step = 0; step < 20; ++step) {
    flat.clear_gradients();
    for (auto p : theirs) p.mutable_grad().reset();
    backward(ours, step);
    backward(theirs, step);
    EXPECT_TRUE(flat.step(0.01));
    adamw.step();
  }
  expect_near(ours, theirs, 2e-6);
}

TEST(AdamW, DoesTheSameByTensorOperations) {
  const auto one_pass = parameters(), operations = parameters();
  FlatAdamW a(one_pass, kOptions), b(operations, kOptions);
  for (int step = 0; step < 8; ++step) {
    a.clear_gradients();
    b.clear_gradients();
    backward(one_pass, step);
    backward(operations, step);
    EXPECT_TRUE(a.step(0.01));
    b.set_rate(0.01);
    EXPECT_EQ(b.step_on_device().item<float>(), 0);
  }
  expect_near(operations, one_pass, 2e-6);
  EXPECT_TRUE(a.state().at("adamw/steps").equal(b.state().at("adamw/steps")));  // 8, and 5 of the second
  EXPECT_EQ(b.state().at("adamw/steps")[1].item<std::int64_t>(), 5);
}

TEST(AdamW, TakesAStepThatCanBeCountedByHand) {
  auto p = at::ones({1, 1}).set_requires_grad(true);
  FlatAdamW adamw({p}, {0.9, 0.999, 0, 0.2, true});
  (p * 0.5).sum().backward();
  adamw.step(0.1);
  // 1 - 0.1 * 0.2 * 1 = 0.98; m' = 0.5 and v' = 0.5^2, so lr * m' / sqrt(v') = 0.1
  EXPECT_NEAR(p.item<double>(), 0.88, 1e-6);
}

TEST(AdamW, GoesOnToTheSameBits) {
  const auto whole = parameters(), cut = parameters();
  FlatAdamW uncut(whole, kOptions);
  TensorDict kept;
  for (int step = 0; step < 6; ++step) {
    uncut.clear_gradients();
    backward(whole, step);
    uncut.step(0.01);
  }
  {
    FlatAdamW before(cut, kOptions);
    for (int step = 0; step < 4; ++step) {
      before.clear_gradients();
      backward(cut, step);
      before.step(0.01);
    }
    for (const auto& [name, tensor] : before.state()) kept[name] = tensor.clone();
  }
  FlatAdamW after(cut, kOptions);
  after.restore(kept);
  for (int step = 4; step < 6; ++step) {
    after.clear_gradients();
    backward(cut, step);
    after.step(0.01);
  }
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_TRUE(cut[i].equal(whole[i])) << i;
}

TEST(AdamW, RefusesTheStateOfAnotherOptimizer) {
  FlatAdamW adamw(parameters(), kOptions);
  FlatSgd sgd(parameters(), {});
  try {
    adamw.restore(sgd.state());
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "it holds no 'adamw/exp_avg' of the optimiser");
  }
}

TEST(AdamW, SaysWhenAGradientIsNotFinite) {
  auto p = at::ones({4}).set_requires_grad(true);
  FlatAdamW adamw({p}, {});
  (p * std::numeric_limits<float>::infinity()).sum().backward();
  EXPECT_FALSE(std::isfinite(adamw.step_on_device().item<float>()));
  EXPECT_FALSE(adamw.step(0.1));
}

class WithoutDecayOfNorms : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(BothOptimizers, WithoutDecayOfNorms, ::testing::Values("sgd", "adamw"));

/// One step on one matrix and one vector of ones with gradient 0: only decay moves them.
TEST_P(WithoutDecayOfNorms, LeavesParametersOfOneDimensionToTheirGradient) {
  for (const bool on_device : {false, true}) {
    for (const bool all : {false, true}) {
      const Recipe recipe{.optimizer = GetParam(), .weight_decay = 0.5, .decay_norms_and_biases = all};
      auto matrix = at::ones({2, 2}).set_requires_grad(true), vector = at::ones({2}).set_requires_grad(true);
      const auto optimizer = make_optimizer({matrix, vector}, recipe);
      (matrix.sum() * 0 + vector.sum() * 0).backward();
      optimizer->set_rate(0.1);
      if (on_device)
        optimizer->step_on_device();
      else
        optimizer->step(0.1);
      EXPECT_NEAR(matrix[0][0].item<double>(), 0.95, 1e-6);  // 1 - 0.1 * 0.5 by either optimiser
      EXPECT_NEAR(vector[0].item<double>(), all ? 0.95 : 1.0, 1e-6);
    }
  }
}

}  // namespace
}  // namespace kdbench
