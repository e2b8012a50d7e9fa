// The CIFAR residual network on other images than 32 x 32, and what its maps promise; its sizes and keys are in values_test.cpp.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

ParamValues size(std::int64_t depth, std::int64_t width) { return {{"depth", depth}, {"width", width}}; }

TEST(ResNet, HasThePublishedFeatureMapsAtEverySize) {
  EXPECT_EQ(shapes("resnet", size(20, 1), {3, 32, 32}), "f0 16x32x32, f1 16x32x32*, f2 32x16x16*, f3 64x8x8*; 64");
  EXPECT_EQ(shapes("resnet", size(8, 4), {3, 64, 64}), "f0 32x64x64, f1 64x64x64*, f2 128x32x32*, f3 256x16x16*; 256");
  EXPECT_EQ(shapes("resnet", size(8, 1), {1, 28, 28}), "f0 16x28x28, f1 16x28x28*, f2 32x14x14*, f3 64x7x7*; 64");
}

TEST(ResNet, TakesEveryDepthOfTheTables) {
  for (const std::int64_t depth : {8, 14, 20, 32, 44, 56, 110}) EXPECT_EQ(refusal("resnet", size(depth, 1)), "accepted") << depth;
}

TEST(ResNet, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("resnet", size(8, 1), {1, 28, 28});
  expect_same_logits_alone_and_channels_last("resnet", size(8, 4), {1, 14, 14});
}

TEST(ResNet, TrainsOnSmallImages) { expect_trains_and_updates_each_norm_once("resnet", size(8, 4), {1, 14, 14}); }

}  // namespace
}  // namespace kdbench::test
