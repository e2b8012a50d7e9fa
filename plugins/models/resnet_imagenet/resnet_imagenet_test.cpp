// Sizes, keys and feature maps of the residual networks for ImageNet against public checkpoints.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

TEST(ResNetImageNet, HasThePublishedSizes) {
  EXPECT_EQ(count_params(*build_model("resnet18_imagenet", {}, 1000)), 11689512);
  EXPECT_EQ(count_params(*build_model("resnet34_imagenet", {}, 1000)), 21797672);
  EXPECT_EQ(count_params(*build_model("resnet50_imagenet", {}, 1000)), 25557032);
  // 7 x 7 instead of 3 x 3 filters in the stem are all that tells it from the network for small images.
  EXPECT_EQ(count_params(*build_model("resnet34_imagenet", {}, 100)), 21328292 + (49 - 9) * 3 * 64);
  EXPECT_EQ(count_params(*build_model("resnet34", {}, 100)), 21328292);
}

std::vector<std::string> imagenet_keys(const std::vector<int>& blocks, int convolutions, bool first_is_led) {
  Keys expected;
  expected.weight("conv1").norm("bn1");
  for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
    const auto prefix = "layer" + std::to_string(layer + 1) + ".";
    for (int i = 0; i < blocks[layer]; ++i) {
      const auto block = prefix + std::to_string(i);
      for (int c = 1; c <= convolutions; ++c)
        expected.weight(block + ".conv" + std::to_string(c)).norm(block + ".bn" + std::to_string(c));
    }
    if (layer > 0 || first_is_led) expected.weight(prefix + "0.downsample.0").norm(prefix + "0.downsample.1");
  }
  return expected.weight_and_bias("fc").sorted();
}

TEST(ResNetImageNet, HasTheKeysOfPublicCheckpoints) {
  EXPECT_EQ(keys_of(*build_model("resnet18_imagenet", {}, 10)), imagenet_keys({2, 2, 2, 2}, 2, false));
  EXPECT_EQ(keys_of(*build_model("resnet34_imagenet", {}, 10)), imagenet_keys({3, 4, 6, 3}, 2, false));
  EXPECT_EQ(keys_of(*build_model("resnet50_imagenet", {}, 10)), imagenet_keys({3, 4, 6, 3}, 3, true));
}

TEST(ResNetImageNet, HasThePublishedFeatureMaps) {
  EXPECT_EQ(shapes("resnet18_imagenet", {}, {3, 224, 224}),
            "f0 64x56x56, f1 64x56x56*, f2 128x28x28*, f3 256x14x14*, f4 512x7x7*; 512");
  EXPECT_EQ(shapes("resnet50_imagenet", {}, {3, 64, 64}),
            "f0 64x16x16, f1 256x16x16*, f2 512x8x8*, f3 1024x4x4*, f4 2048x2x2*; 2048");
  EXPECT_EQ(shapes("resnet34_imagenet", {}, {1, 28, 28}), "f0 64x7x7, f1 64x7x7*, f2 128x4x4*, f3 256x2x2*, f4 512x1x1*; 512");
}

TEST(ResNetImageNet, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("resnet18_imagenet", {}, {1, 28, 28});
  expect_same_logits_alone_and_channels_last("resnet50_imagenet", {}, {1, 28, 28});
}

TEST(ResNetImageNet, TrainsOnSmallImages) {
  expect_trains_and_updates_each_norm_once("resnet18_imagenet", {}, {1, 32, 32});
  expect_trains_and_updates_each_norm_once("resnet50_imagenet", {}, {1, 32, 32});
}

}  // namespace
}  // namespace kdbench::test
