// The network by hand: its parameters counted, its maps, and one forward pass with weights that are written out.
#include <kdbench/sdk/testing.h>

#include <ATen/ops/ones.h>

#include <gtest/gtest.h>

namespace {

using kdbench::test::numbers_of;
using kdbench::test::plugins;

std::shared_ptr<kdbench::Model> network(std::int64_t width, std::int64_t stages, std::int64_t classes,
                                        kdbench::ImageShape image) {
  return plugins().model("my_model", {{"width", width}, {"stages", stages}}, {.num_classes = classes, .image = image});
}

TEST(MyModel, HasTheParametersOfItsLayers) {
  std::int64_t count = 0;
  for (const auto& parameter : network(4, 2, 10, {1, 6, 6})->parameters()) count += parameter.numel();
  // 9 * 1 * 4 and a scale and a shift for each of 4, 9 * 4 * 8 and the same for 8, then (8 + 1) 10
  EXPECT_EQ(count, (36 + 8) + (288 + 16) + 90);
}

TEST(MyModel, HandsOutAMapAStageHalfAsHighEachTime) {
  const auto model = network(4, 3, 10, {1, 8, 8});
  const auto out = model->forward(at::ones({2, 1, 8, 8}));
  EXPECT_EQ(model->feature_names(), (std::vector<std::string>{"f1", "f2", "f3"}));
  EXPECT_EQ(out.features.at("f1").sizes(), at::IntArrayRef({2, 4, 8, 8}));
  EXPECT_EQ(out.features.at("f3").sizes(), at::IntArrayRef({2, 16, 2, 2}));
  EXPECT_EQ(out.embedding.sizes(), at::IntArrayRef({2, 16}));
}

TEST(MyModel, ComputesWhatItsWeightsSay) {
  const torch::NoGradGuard no_grad;
  const auto model = network(1, 1, 2, {1, 2, 2});
  auto parameters = model->named_parameters();
  parameters["conv1.weight"].zero_();
  parameters["conv1.weight"][0][0][1][1] = 2;  // twice the pixel itself
  parameters["bn1.bias"].fill_(-1);
  parameters["fc.weight"].copy_(at::tensor({2.0f, -4.0f}).view({2, 1}));
  parameters["fc.bias"].copy_(at::tensor({0.5f, 0.0f}));
  model->eval();  // batch norm then divides by sqrt(1 + 1e-5) and adds its shift alone
  const auto out = model->forward(at::tensor({0.0f, 1.0f, 2.0f, 0.5f}).view({1, 1, 2, 2}));
  // 2 x - 1 = (-1, 1, 3, 0); the ReLU leaves (0, 1, 3, 0), of mean 1; logits (2 + 0.5, -4)
  EXPECT_NEAR(out.embedding.item<double>(), 1, 2e-5);
  const auto logits = numbers_of(out.logits);
  EXPECT_NEAR(logits.at(0), 2.5, 1e-4);
  EXPECT_NEAR(logits.at(1), -4, 1e-4);
}

}  // namespace
