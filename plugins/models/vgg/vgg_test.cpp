// Sizes, keys and feature maps of VGG against the public CIFAR-100 code.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

ParamValues depth(std::int64_t d) { return {{"depth", d}}; }

TEST(Vgg, HasThePublishedSizes) {
  EXPECT_EQ(count_params(*build_model("vgg", depth(8), 100)), 3965028);
  EXPECT_EQ(count_params(*build_model("vgg", depth(11), 100)), 9277284);
  EXPECT_EQ(count_params(*build_model("vgg", depth(13), 100)), 9462180);
  EXPECT_EQ(count_params(*build_model("vgg", depth(16), 100)), 14774436);
  EXPECT_EQ(count_params(*build_model("vgg", depth(19), 100)), 20086692);
  // The classifier has 512 weights and a bias a class.
  EXPECT_EQ(count_params(*build_model("vgg", depth(8), 10)), 3965028 - 90 * 513);
  EXPECT_EQ(count_params(*build_model("vgg", depth(8), 200)), 3965028 + 100 * 513);
}

TEST(Vgg, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  const std::vector<int> convolutions{2, 2, 2, 2, 2};
  for (std::size_t block = 0; block < convolutions.size(); ++block) {
    for (int i = 0; i < convolutions[block]; ++i) {
      const auto prefix = "block" + std::to_string(block) + ".";
      expected.weight_and_bias(prefix + std::to_string(3 * i)).norm(prefix + std::to_string(3 * i + 1));
    }
  }
  expected.weight_and_bias("classifier");
  // 10 convolutions of 2 + 5 keys, weight and bias
  EXPECT_EQ(expected.sorted().size(), 72u);
  EXPECT_EQ(keys_of(*build_model("vgg", depth(13), 100)), expected.sorted());
}

TEST(Vgg, HasThePublishedFeatureMaps) {
  EXPECT_EQ(shapes("vgg", depth(13), {3, 32, 32}), "f0 64x32x32, f1 128x16x16*, f2 256x8x8*, f3 512x4x4*, f4 512x4x4*; 512");
  // From 64 x 64 on there is a fourth pooling.
  EXPECT_EQ(shapes("vgg", depth(8), {3, 64, 64}), "f0 64x64x64, f1 128x32x32*, f2 256x16x16*, f3 512x8x8*, f4 512x4x4*; 512");
  // Pooling rounds down: 28, 14, 7, 3.
  EXPECT_EQ(shapes("vgg", depth(8), {1, 28, 28}), "f0 64x28x28, f1 128x14x14*, f2 256x7x7*, f3 512x3x3*, f4 512x3x3*; 512");
  EXPECT_EQ(shapes("vgg", depth(8), {1, 8, 9}), "f0 64x8x9, f1 128x4x4*, f2 256x2x2*, f3 512x1x1*, f4 512x1x1*; 512");
}

TEST(Vgg, DoesNotDependOnBatchOrMemoryFormat) { expect_same_logits_alone_and_channels_last("vgg", depth(8), {1, 28, 28}); }

TEST(Vgg, TrainsOnSmallImages) { expect_trains_and_updates_each_norm_once("vgg", depth(11), {1, 14, 14}); }

TEST(Vgg, RefusesOtherDepthsAndImagesThatWouldVanish) {
  EXPECT_EQ(refusal("vgg", depth(12)), "vgg: depth must be 8, 11, 13, 16 or 19, found 12");
  EXPECT_EQ(refusal("vgg", depth(8), {1, 32, 7}),
            "vgg: images must be at least 8 x 8 (three poolings by 2), found 32 x 7; choose another model or larger images");
}

}  // namespace
}  // namespace kdbench::test
