// Sizes, keys and feature maps of ShuffleNetV2 against the public CIFAR-100 code.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

TEST(ShuffleNetV2, HasThePublishedSizes) {
  EXPECT_EQ(count_params(*build_model("shufflenet_v2", {}, 100)), 1355528);
  EXPECT_EQ(count_params(*build_model("shufflenet_v2", {}, 200)), 1458028);
  // The classifier has 1024 weights and a bias a class.
  EXPECT_EQ(count_params(*build_model("shufflenet_v2", {}, 10)), 1355528 - 90 * 1025);
  EXPECT_EQ(count_params(*build_model("shufflenet_v2", {{"size", 0.5}}, 100)), 443716);
  EXPECT_EQ(count_params(*build_model("shufflenet_v2", {{"size", 1.5}}, 100)), 2580548);
  EXPECT_EQ(count_params(*build_model("shufflenet_v2", {{"size", 2.0}}, 100)), 5549320);
}

TEST(ShuffleNetV2, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  const auto add = [&](const std::string& prefix, int count) {
    for (int i = 1; i <= count; ++i) expected.weight(prefix + "conv" + std::to_string(i)).norm(prefix + "bn" + std::to_string(i));
  };
  add("", 2);
  const std::vector<int> basic_blocks{3, 7, 3};
  for (std::size_t layer = 0; layer < basic_blocks.size(); ++layer) {
    const auto prefix = "layer" + std::to_string(layer + 1) + ".";
    add(prefix + "0.", 5);
    for (int i = 1; i <= basic_blocks[layer]; ++i) add(prefix + std::to_string(i) + ".", 3);
  }
  expected.weight_and_bias("linear");
  // 2 + 3 * 5 + 13 * 3 convolutions of 1 + 5 keys, weight and bias
  EXPECT_EQ(expected.sorted().size(), 56u * 6 + 2);
  EXPECT_EQ(keys_of(*build_model("shufflenet_v2", {}, 100)), expected.sorted());
}

TEST(ShuffleNetV2, HasThePublishedFeatureMaps) {
  EXPECT_EQ(shapes("shufflenet_v2", {}, {3, 32, 32}), "f0 24x32x32, f1 116x16x16*, f2 232x8x8*, f3 464x4x4*; 1024");
  EXPECT_EQ(shapes("shufflenet_v2", {}, {3, 64, 64}), "f0 24x64x64, f1 116x32x32*, f2 232x16x16*, f3 464x8x8*; 1024");
  EXPECT_EQ(shapes("shufflenet_v2", {}, {1, 28, 28}), "f0 24x28x28, f1 116x14x14*, f2 232x7x7*, f3 464x4x4*; 1024");
}

TEST(ShuffleNetV2, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("shufflenet_v2", {}, {1, 28, 28});
}

// The pre-activation is shuffled as its map is: the ReLU of one is the other, channel by channel.
TEST(ShuffleNetV2, TrainsOnSmallImages) { expect_trains_and_updates_each_norm_once("shufflenet_v2", {}, {1, 14, 14}); }

TEST(ShuffleNetV2, RefusesOtherSizes) {
  EXPECT_EQ(refusal("shufflenet_v2", {{"size", 0.75}}), "shufflenet_v2: size must be 0.5, 1, 1.5 or 2, found 0.750000");
}

}  // namespace
}  // namespace kdbench::test
