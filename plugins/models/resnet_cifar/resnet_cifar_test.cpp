// Sizes, keys and feature maps of ResNet-18, ResNet-34 and ResNet-50 with a CIFAR stem against the public CIFAR-100 code.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

TEST(ResNetCifar, HasThePublishedSizes) {
  EXPECT_EQ(count_params(*build_model("resnet18", {}, 100)), 11220132);
  EXPECT_EQ(count_params(*build_model("resnet18", {}, 200)), 11271432);
  EXPECT_EQ(count_params(*build_model("resnet34", {}, 100)), 21328292);
  EXPECT_EQ(count_params(*build_model("resnet50", {}, 100)), 23705252);
  // The classifier has 512 weights and a bias a class.
  EXPECT_EQ(count_params(*build_model("resnet18", {}, 10)), 11220132 - 90 * 513);
}

std::vector<std::string> expected_keys(const std::vector<int>& blocks, int convolutions, bool first_has_shortcut) {
  Keys expected;
  expected.weight("conv1").norm("bn1");
  for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
    const auto prefix = "layer" + std::to_string(layer + 1) + ".";
    for (int i = 0; i < blocks[layer]; ++i) {
      for (int c = 1; c <= convolutions; ++c) {
        const auto block = prefix + std::to_string(i);
        expected.weight(block + ".conv" + std::to_string(c)).norm(block + ".bn" + std::to_string(c));
      }
    }
    if (layer > 0 || first_has_shortcut) expected.weight(prefix + "0.shortcut.0").norm(prefix + "0.shortcut.1");
  }
  return expected.weight_and_bias("linear").sorted();
}

TEST(ResNetCifar, HasTheKeysOfPublicCheckpoints) {
  // 1 + 8 * 2 + 3 and 1 + 16 * 3 + 4 convolutions of 1 + 5 keys, weight and bias
  const auto basic = expected_keys({2, 2, 2, 2}, 2, false), bottleneck = expected_keys({3, 4, 6, 3}, 3, true);
  EXPECT_EQ(basic.size(), 20u * 6 + 2);
  EXPECT_EQ(bottleneck.size(), 53u * 6 + 2);
  EXPECT_EQ(keys_of(*build_model("resnet18", {}, 100)), basic);
  EXPECT_EQ(keys_of(*build_model("resnet34", {}, 100)), expected_keys({3, 4, 6, 3}, 2, false));
  EXPECT_EQ(keys_of(*build_model("resnet50", {}, 100)), bottleneck);
}

TEST(ResNetCifar, HasThePublishedFeatureMaps) {
  EXPECT_EQ(shapes("resnet50", {}, {3, 32, 32}), "f0 64x32x32, f1 256x32x32*, f2 512x16x16*, f3 1024x8x8*, f4 2048x4x4*; 2048");
  EXPECT_EQ(shapes("resnet18", {}, {3, 32, 32}), "f0 64x32x32, f1 64x32x32*, f2 128x16x16*, f3 256x8x8*, f4 512x4x4*; 512");
  EXPECT_EQ(shapes("resnet18", {}, {3, 64, 64}), "f0 64x64x64, f1 64x64x64*, f2 128x32x32*, f3 256x16x16*, f4 512x8x8*; 512");
  EXPECT_EQ(shapes("resnet18", {}, {1, 28, 28}), "f0 64x28x28, f1 64x28x28*, f2 128x14x14*, f3 256x7x7*, f4 512x4x4*; 512");
}

TEST(ResNetCifar, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("resnet18", {}, {1, 14, 14});
  expect_same_logits_alone_and_channels_last("resnet50", {}, {1, 14, 14});
}

TEST(ResNetCifar, TrainsOnSmallImages) {
  expect_trains_and_updates_each_norm_once("resnet18", {}, {1, 14, 14});
  expect_trains_and_updates_each_norm_once("resnet50", {}, {1, 8, 8});
}

}  // namespace
}  // namespace kdbench::test
