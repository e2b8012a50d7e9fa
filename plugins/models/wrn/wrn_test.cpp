// Wide residual networks beyond values_test.cpp: the large members, other images than 32 x 32, and what the maps promise.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

ParamValues size(std::int64_t depth, std::int64_t width) { return {{"depth", depth}, {"width", width}}; }

TEST(WideResNet, HasThePublishedSizesOfTheLargeMembers) {
  EXPECT_EQ(count_params(*build_model("wrn", size(40, 4), 100)), 8972340);
  EXPECT_EQ(count_params(*build_model("wrn", size(16, 8), 100)), 11007540);
  EXPECT_EQ(count_params(*build_model("wrn", size(28, 8), 100)), 23401012);
  EXPECT_EQ(count_params(*build_model("wrn", size(28, 10), 100)), 36536884);
}

TEST(WideResNet, HasThePublishedFeatureMapsAtEverySize) {
  EXPECT_EQ(shapes("wrn", size(16, 2), {3, 32, 32}), "f0 16x32x32, f1 32x32x32*, f2 64x16x16*, f3 128x8x8*; 128");
  EXPECT_EQ(shapes("wrn", size(10, 2), {3, 64, 64}), "f0 16x64x64, f1 32x64x64*, f2 64x32x32*, f3 128x16x16*; 128");
  EXPECT_EQ(shapes("wrn", size(10, 1), {1, 28, 28}), "f0 16x28x28, f1 16x28x28*, f2 32x14x14*, f3 64x7x7*; 64");
}

TEST(WideResNet, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("wrn", size(10, 1), {1, 28, 28});
  expect_same_logits_alone_and_channels_last("wrn", size(16, 2), {1, 14, 14});
}

// A map's pre-activation is the batch norm that follows it, not the map before a ReLU; that batch norm must still run only once.
TEST(WideResNet, RunsEachNormOnceThoughMapsAreNormalised) {
  expect_trains_and_updates_each_norm_once("wrn", size(16, 2), {1, 14, 14}, /*relu_maps=*/false);
}

}  // namespace
}  // namespace kdbench::test
