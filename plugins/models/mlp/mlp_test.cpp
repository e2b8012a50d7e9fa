// The perceptron: its matrices counted, its checkpoint, one forward pass by hand, and what its maps promise.
#include <tests/plugins/model_checks.h>

#include <ATen/ops/tensor.h>

namespace kdbench::test {
namespace {

constexpr ImageShape kPoint{2, 1, 1};

ParamValues hidden_and_layers(std::int64_t hidden, std::int64_t layers) { return {{"hidden", hidden}, {"layers", layers}}; }

TEST(Mlp, HasTheParametersOfItsMatrices) {
  // (2 + 1) 64 + (64 + 1) 64 + (64 + 1) 10
  EXPECT_EQ(count_params(*build_model("mlp", {}, 10, kPoint)), 192 + 4160 + 650);
  // batch norm adds 2 * 64 a layer
  EXPECT_EQ(count_params(*build_model("mlp", {{"batch_norm", true}}, 10, kPoint)), 192 + 4160 + 650 + 256);
  // (3 * 4 * 5 + 1) 7 + (7 + 1) 3
  EXPECT_EQ(count_params(*build_model("mlp", hidden_and_layers(7, 1), 3, {3, 4, 5})), 61 * 7 + 8 * 3);
}

TEST(Mlp, NumbersItsLayersInTheCheckpoint) {
  EXPECT_EQ(keys_of(*build_model("mlp", {}, 10, kPoint)),
            Keys().weight_and_bias("fc").weight_and_bias("fc1").weight_and_bias("fc2").sorted());
  EXPECT_EQ(keys_of(*build_model("mlp", {{"batch_norm", true}, {"layers", std::int64_t{1}}}, 10, kPoint)),
            Keys().weight_and_bias("fc").weight_and_bias("fc1").norm("bn1").sorted());
}

TEST(Mlp, ComputesWhatItsWeightsSay) {
  torch::NoGradGuard no_grad;
  const auto model = build_model("mlp", hidden_and_layers(2, 1), 2, kPoint);
  auto params = model->named_parameters();
  params["fc1.weight"].copy_(at::tensor({1.0f, 0.0f, 0.0f, -1.0f}).view({2, 2}));
  params["fc1.bias"].copy_(at::tensor({0.5f, 1.0f}));
  params["fc.weight"].copy_(at::tensor({2.0f, 1.0f, -1.0f, 3.0f}).view({2, 2}));
  params["fc.bias"].copy_(at::tensor({0.0f, 1.0f}));
  const auto out = model->forward(at::tensor({1.0f, 3.0f}).view({1, 2, 1, 1}));
  // before: (1 + 0.5, -3 + 1) = (1.5, -2); the ReLU leaves (1.5, 0); logits (2 * 1.5, -1.5 + 1)
  EXPECT_TRUE(out.preactivations.at("fc1").flatten().equal(at::tensor({1.5f, -2.0f})));
  EXPECT_TRUE(out.features.at("fc1").flatten().equal(at::tensor({1.5f, 0.0f})));
  EXPECT_TRUE(out.embedding.flatten().equal(at::tensor({1.5f, 0.0f})));
  EXPECT_TRUE(out.logits.flatten().equal(at::tensor({3.0f, -0.5f})));
}

TEST(Mlp, HasAMapALayerWithItsPreactivation) {
  EXPECT_EQ(shapes("mlp", {}, kPoint), "fc1 64x1x1*, fc2 64x1x1*; 64");
  EXPECT_EQ(shapes("mlp", hidden_and_layers(8, 3), {3, 32, 32}), "fc1 8x1x1*, fc2 8x1x1*, fc3 8x1x1*; 8");
}

TEST(Mlp, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("mlp", {}, {3, 4, 5});
  expect_same_logits_alone_and_channels_last("mlp", {{"batch_norm", true}}, {3, 4, 5});
}

TEST(Mlp, TrainsWithAndWithoutNorms) {
  expect_trains_and_updates_each_norm_once("mlp", {}, {1, 4, 4});
  expect_trains_and_updates_each_norm_once("mlp", {{"batch_norm", true}}, {1, 4, 4});
}

}  // namespace
}  // namespace kdbench::test
