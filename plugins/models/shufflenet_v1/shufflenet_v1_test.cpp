// Sizes, keys and feature maps of ShuffleNet against the public CIFAR-100 code.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

TEST(ShuffleNetV1, HasThePublishedSizes) {
  // The classifier has 960 weights and a bias a class.
  EXPECT_EQ(count_params(*build_model("shufflenet_v1", {}, 100)), 949258);
  EXPECT_EQ(count_params(*build_model("shufflenet_v1", {}, 10)), 949258 - 90 * 961);
  EXPECT_EQ(count_params(*build_model("shufflenet_v1", {}, 200)), 949258 + 100 * 961);
  EXPECT_EQ(count_params(*build_model("shufflenet_v1", {{"groups", std::int64_t{1}}}, 100)), 957874);
  EXPECT_EQ(count_params(*build_model("shufflenet_v1", {{"groups", std::int64_t{2}}}, 100)), 959672);
}

TEST(ShuffleNetV1, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  expected.weight("conv1").norm("bn1");
  const std::vector<int> blocks{4, 8, 4};
  for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
    for (int i = 0; i < blocks[layer]; ++i) {
      const auto prefix = "layer" + std::to_string(layer + 1) + "." + std::to_string(i);
      for (const std::string number : {"1", "2", "3"}) expected.weight(prefix + ".conv" + number).norm(prefix + ".bn" + number);
    }
  }
  expected.weight_and_bias("linear");
  // 1 + 16 * 3 convolutions of 1 + 5 keys, weight and bias
  EXPECT_EQ(expected.sorted().size(), 49u * 6 + 2);
  EXPECT_EQ(keys_of(*build_model("shufflenet_v1", {}, 100)), expected.sorted());
}

TEST(ShuffleNetV1, HasThePublishedFeatureMaps) {
  EXPECT_EQ(shapes("shufflenet_v1", {}, {3, 32, 32}), "f0 24x32x32, f1 240x16x16*, f2 480x8x8*, f3 960x4x4*; 960");
  EXPECT_EQ(shapes("shufflenet_v1", {}, {3, 64, 64}), "f0 24x64x64, f1 240x32x32*, f2 480x16x16*, f3 960x8x8*; 960");
  EXPECT_EQ(shapes("shufflenet_v1", {}, {1, 28, 28}), "f0 24x28x28, f1 240x14x14*, f2 480x7x7*, f3 960x4x4*; 960");
}

TEST(ShuffleNetV1, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("shufflenet_v1", {}, {1, 28, 28});
}

TEST(ShuffleNetV1, TrainsOnSmallImages) {
  expect_trains_and_updates_each_norm_once("shufflenet_v1", {}, {1, 14, 14});
  expect_trains_and_updates_each_norm_once("shufflenet_v1", {{"groups", std::int64_t{1}}}, {1, 14, 14});
}

}  // namespace
}  // namespace kdbench::test
