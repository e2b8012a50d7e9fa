// Sizes, keys and feature maps of MobileNetV2 against the public CIFAR-100 code.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

TEST(MobileNetV2, HasThePublishedSizes) {
  // 812,836 with 100 classes; the classifier has 1280 weights and a bias a class.
  EXPECT_EQ(count_params(*build_model("mobilenet_v2", {}, 100)), 812836);
  EXPECT_EQ(count_params(*build_model("mobilenet_v2", {}, 10)), 812836 - 90 * 1281);
  EXPECT_EQ(count_params(*build_model("mobilenet_v2", {}, 200)), 812836 + 100 * 1281);
  // A grey image saves 2 of 3 channels of the 16 3x3 filters of the stem.
  EXPECT_EQ(count_params(*build_model("mobilenet_v2", {}, 100, {1, 28, 28})), 812836 - 2 * 9 * 16);
  EXPECT_EQ(count_params(*build_model("mobilenet_v2", {{"width", 1.0}}, 100)), 2353060);
}

TEST(MobileNetV2, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  for (const std::string name : {"conv1", "conv2"}) expected.weight(name + ".0").norm(name + ".1");
  const std::vector<int> blocks{1, 2, 3, 4, 3, 3, 1};
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    for (int i = 0; i < blocks[stage]; ++i) {
      const auto prefix = "blocks." + std::to_string(stage) + "." + std::to_string(i) + ".conv.";
      for (const int place : {0, 3, 6}) expected.weight(prefix + std::to_string(place)).norm(prefix + std::to_string(place + 1));
    }
  }
  expected.weight_and_bias("classifier.0");
  // 2 + 17 * 3 convolutions of 1 + 5 keys, weight and bias
  EXPECT_EQ(expected.sorted().size(), 53u * 6 + 2);
  EXPECT_EQ(keys_of(*build_model("mobilenet_v2", {}, 100)), expected.sorted());
}

TEST(MobileNetV2, HasThePublishedFeatureMaps) {
  EXPECT_EQ(shapes("mobilenet_v2", {}, {3, 32, 32}), "f0 16x16x16, f1 12x16x16*, f2 16x8x8*, f3 48x4x4*, f4 160x2x2*; 1280");
  EXPECT_EQ(shapes("mobilenet_v2", {}, {3, 64, 64}), "f0 16x32x32, f1 12x32x32*, f2 16x16x16*, f3 48x8x8*, f4 160x4x4*; 1280");
  // odd sides round up: 28, 14, 7, 4, 2
  EXPECT_EQ(shapes("mobilenet_v2", {}, {1, 28, 28}), "f0 16x14x14, f1 12x14x14*, f2 16x7x7*, f3 48x4x4*, f4 160x2x2*; 1280");
}

TEST(MobileNetV2, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("mobilenet_v2", {}, {1, 28, 28});
}

TEST(MobileNetV2, TrainsOnSmallImages) {
  expect_trains_and_updates_each_norm_once("mobilenet_v2", {}, {1, 14, 14}, /*relu_maps=*/false);
}

TEST(MobileNetV2, HandsOutItsLinearBottlenecksAsTheyAreBeforeAnActivation) {
  const auto model = build_model("mobilenet_v2", {}, 10);
  const auto out = model->forward(random_images(2, {3, 32, 32}));
  EXPECT_EQ(out.preactivations.size(), 4u);
  for (const auto& [name, map] : out.preactivations) EXPECT_TRUE(map.is_same(out.features.at(name))) << name;
}

TEST(MobileNetV2, StartsAsThePublicCodeDoes) {
  const auto model = build_model("mobilenet_v2", {}, 100);
  const auto params = model->named_parameters();
  // sqrt(2 / (9 * 16)) for the stem: 432 draws lie within 5 / sqrt(864) of it
  EXPECT_NEAR(params["conv1.0.weight"].std().item<double>(), 0.11785, 0.11785 * 0.17);
  EXPECT_NEAR(params["conv2.0.weight"].std().item<double>(), 0.03953, 0.0005);  // sqrt(2 / 1280)
  EXPECT_NEAR(params["classifier.0.weight"].std().item<double>(), 0.01, 0.0002);
  EXPECT_EQ(params["classifier.0.bias"].abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace kdbench::test
