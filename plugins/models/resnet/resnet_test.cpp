// The CIFAR residual network: published sizes and keys, images of other sizes than 32 x 32, and what its maps promise.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

TEST(ResNet, HasThePublishedSizes) {
  const std::vector<PublishedSize> members{
      {8, 1, 100, 83892},   {14, 1, 100, 181108},   {20, 1, 100, 278324}, {32, 1, 100, 472756},  {44, 1, 100, 667188},
      {56, 1, 100, 861620}, {110, 1, 100, 1736564}, {8, 4, 100, 1233540}, {32, 4, 100, 7433860}, {14, 1, 10, 175258},
      {20, 1, 10, 272474},  {32, 1, 10, 466906},    {56, 1, 10, 855770},  {110, 1, 10, 1730714}, {32, 1, 200, 479256}};
  for (const auto& m : members) {
    EXPECT_EQ(count_params(*build_model("resnet", depth_and_width(m.depth, m.width), m.classes)), m.params)
        << "resnet-" << m.depth << "-" << m.width << ", " << m.classes << " classes";
  }
}

TEST(ResNet, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  expected.weight("conv1").norm("bn1").weight_and_bias("fc");
  for (const std::string layer : {"layer1", "layer2", "layer3"}) {
    for (const std::string block : {".0", ".1"}) {
      for (const std::string number : {"1", "2"}) {
        expected.weight(layer + block + ".conv" + number).norm(layer + block + ".bn" + number);
      }
    }
    if (layer != "layer1") expected.weight(layer + ".0.downsample.0").norm(layer + ".0.downsample.1");
  }
  EXPECT_EQ(keys_of(*build_model("resnet", depth_and_width(14, 1), 100)), expected.sorted());
  // resnet8x4: the stem of 32 becomes 64 in layer1, which needs a projection too.
  const auto wide = keys_of(*build_model("resnet", depth_and_width(8, 4), 100));
  EXPECT_TRUE(std::binary_search(wide.begin(), wide.end(), "layer1.0.downsample.0.weight"));
}

TEST(ResNet, HasThePublishedFeatureMapsAtEverySize) {
  EXPECT_EQ(shapes("resnet", depth_and_width(20, 1), {3, 32, 32}), "f0 16x32x32, f1 16x32x32*, f2 32x16x16*, f3 64x8x8*; 64");
  EXPECT_EQ(shapes("resnet", depth_and_width(8, 4), {3, 32, 32}), "f0 32x32x32, f1 64x32x32*, f2 128x16x16*, f3 256x8x8*; 256");
  EXPECT_EQ(shapes("resnet", depth_and_width(8, 4), {3, 64, 64}), "f0 32x64x64, f1 64x64x64*, f2 128x32x32*, f3 256x16x16*; 256");
  EXPECT_EQ(shapes("resnet", depth_and_width(8, 1), {1, 28, 28}), "f0 16x28x28, f1 16x28x28*, f2 32x14x14*, f3 64x7x7*; 64");
}

TEST(ResNet, TakesEveryDepthOfTheTables) {
  for (const std::int64_t depth : {8, 14, 20, 32, 44, 56, 110})
    EXPECT_EQ(refusal("resnet", depth_and_width(depth, 1)), "accepted") << depth;
}

TEST(ResNet, RefusesADepthWithTheNearestValidOnes) {
  EXPECT_EQ(refusal("resnet", depth_and_width(21, 1)), "resnet: depth must be 6n + 2, found 21; the nearest are 20 and 26");
}

TEST(ResNet, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("resnet", depth_and_width(8, 1), {1, 28, 28});
  expect_same_logits_alone_and_channels_last("resnet", depth_and_width(8, 4), {1, 14, 14});
}

TEST(ResNet, TrainsOnSmallImages) { expect_trains_and_updates_each_norm_once("resnet", depth_and_width(8, 4), {1, 14, 14}); }

}  // namespace
}  // namespace kdbench::test
