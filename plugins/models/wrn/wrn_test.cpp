// Wide residual networks: published sizes and keys, images of other sizes than 32 x 32, and what the maps promise.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

TEST(WideResNet, HasThePublishedSizes) {
  const std::vector<PublishedSize> members{
      {16, 1, 100, 180916},  {16, 2, 100, 703284},   {16, 3, 100, 1566900},   {16, 4, 100, 2772020}, {16, 8, 100, 11007540},
      {22, 1, 100, 278132},  {22, 4, 100, 4322100},  {28, 1, 100, 375348},    {28, 2, 100, 1479220}, {28, 3, 100, 3311412},
      {28, 4, 100, 5872180}, {28, 8, 100, 23401012}, {28, 10, 100, 36536884}, {40, 1, 100, 569780},  {40, 2, 100, 2255156},
      {40, 4, 100, 8972340}, {28, 1, 10, 369498},    {28, 2, 10, 1467610},    {28, 3, 10, 3294042},  {16, 1, 200, 187416},
      {16, 3, 200, 1586200}, {28, 1, 200, 381848},   {28, 3, 200, 3330712}};
  for (const auto& m : members) {
    EXPECT_EQ(count_params(*build_model("wrn", depth_and_width(m.depth, m.width), m.classes)), m.params)
        << "wrn-" << m.depth << "-" << m.width << ", " << m.classes << " classes";
  }
}

TEST(WideResNet, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  expected.weight("conv1").norm("bn1").weight_and_bias("fc");
  for (const std::string block : {"block1", "block2", "block3"}) {
    for (const std::string layer : {".layer.0", ".layer.1"}) {
      for (const std::string number : {"1", "2"}) {
        expected.weight(block + layer + ".conv" + number).norm(block + layer + ".bn" + number);
      }
    }
    expected.weight(block + ".layer.0.convShortcut");
  }
  EXPECT_EQ(keys_of(*build_model("wrn", depth_and_width(16, 2), 100)), expected.sorted());
  // WRN-16-1: 16 channels stay 16 in block1, no shortcut convolution.
  const auto thin = keys_of(*build_model("wrn", depth_and_width(16, 1), 100));
  EXPECT_FALSE(std::binary_search(thin.begin(), thin.end(), "block1.layer.0.convShortcut.weight"));
}

TEST(WideResNet, HasThePublishedFeatureMapsAtEverySize) {
  EXPECT_EQ(shapes("wrn", depth_and_width(16, 2), {3, 32, 32}), "f0 16x32x32, f1 32x32x32*, f2 64x16x16*, f3 128x8x8*; 128");
  EXPECT_EQ(shapes("wrn", depth_and_width(10, 2), {3, 64, 64}), "f0 16x64x64, f1 32x64x64*, f2 64x32x32*, f3 128x16x16*; 128");
  EXPECT_EQ(shapes("wrn", depth_and_width(10, 1), {1, 28, 28}), "f0 16x28x28, f1 16x28x28*, f2 32x14x14*, f3 64x7x7*; 64");
}

TEST(WideResNet, PoolsTheNormOfItsLastMapIntoTheEmbedding) {
  torch::NoGradGuard no_grad;
  const auto model = build_model("wrn", depth_and_width(16, 2), 100);
  model->eval();
  const auto out = model->forward(random_images(2, {3, 32, 32}));
  EXPECT_TRUE(out.preactivations.at("f3").relu().mean({2, 3}).equal(out.embedding));
}

TEST(WideResNet, RefusesADepthWithTheNearestValidOnes) {
  EXPECT_EQ(refusal("wrn", depth_and_width(18, 1)), "wrn: depth must be 6n + 4, found 18; the nearest are 16 and 22");
}

TEST(WideResNet, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("wrn", depth_and_width(10, 1), {1, 28, 28});
  expect_same_logits_alone_and_channels_last("wrn", depth_and_width(16, 2), {1, 14, 14});
}

// A map's pre-activation is the batch norm that follows it, not the map before a ReLU; that batch norm must still run only once.
TEST(WideResNet, RunsEachNormOnceThoughMapsAreNormalised) {
  expect_trains_and_updates_each_norm_once("wrn", depth_and_width(16, 2), {1, 14, 14}, /*relu_maps=*/false);
}

}  // namespace
}  // namespace kdbench::test
