// Sizes, keys and feature maps of MobileNet against the paper and the public ImageNet code.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

TEST(MobileNetV1, HasThePublishedSizes) {
  const ParamValues paper{{"stem_stride", std::int64_t{2}}};
  // 4.2 million in the paper's Table 8; the classifier has 1024 weights and a bias a class.
  EXPECT_EQ(count_params(*build_model("mobilenet_v1", paper, 1000, {3, 224, 224})), 4231976);
  EXPECT_EQ(count_params(*build_model("mobilenet_v1", {}, 100)), 4231976 - 900 * 1025);
  EXPECT_EQ(count_params(*build_model("mobilenet_v1", {}, 10)), 3217226);
  // 1.3 and 0.5 million in its Table 6, for 0.5 and 0.25
  EXPECT_EQ(count_params(*build_model("mobilenet_v1", {{"width", 0.5}}, 1000)), 1331592);
  EXPECT_EQ(count_params(*build_model("mobilenet_v1", {{"width", 0.25}}, 1000)), 470072);
}

TEST(MobileNetV1, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  expected.weight("model.0.0").norm("model.0.1");
  for (int block = 1; block <= 13; ++block) {
    const auto prefix = "model." + std::to_string(block) + ".";
    expected.weight(prefix + "0").norm(prefix + "1").weight(prefix + "3").norm(prefix + "4");
  }
  expected.weight_and_bias("fc");
  // 27 convolutions of 1 + 5 keys, weight and bias
  EXPECT_EQ(expected.sorted().size(), 27u * 6 + 2);
  EXPECT_EQ(keys_of(*build_model("mobilenet_v1", {}, 100)), expected.sorted());
}

TEST(MobileNetV1, HasAMapForEveryWidth) {
  EXPECT_EQ(shapes("mobilenet_v1", {}, {3, 32, 32}), "f0 32x32x32, f1 128x16x16*, f2 256x8x8*, f3 512x4x4*, f4 1024x2x2*; 1024");
  EXPECT_EQ(shapes("mobilenet_v1", {}, {3, 64, 64}),
            "f0 32x64x64, f1 128x32x32*, f2 256x16x16*, f3 512x8x8*, f4 1024x4x4*; 1024");
  EXPECT_EQ(shapes("mobilenet_v1", {{"stem_stride", std::int64_t{2}}}, {3, 224, 224}),
            "f0 32x112x112, f1 128x56x56*, f2 256x28x28*, f3 512x14x14*, f4 1024x7x7*; 1024");
  EXPECT_EQ(shapes("mobilenet_v1", {{"width", 0.25}}, {1, 28, 28}),
            "f0 8x28x28, f1 32x14x14*, f2 64x7x7*, f3 128x4x4*, f4 256x2x2*; 256");
}

TEST(MobileNetV1, TellsTheNormOfEveryMapBehindTheStem) {
  const auto model = build_model("mobilenet_v1", {}, 10);
  const auto norms = model->feature_norms();
  ASSERT_EQ(norms.size(), 4u);
  EXPECT_EQ(norms.at("f1").scale.numel(), 128);
  EXPECT_EQ(norms.at("f4").scale.numel(), 1024);
}

TEST(MobileNetV1, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("mobilenet_v1", {{"width", 0.25}}, {1, 28, 28});
}

TEST(MobileNetV1, TrainsOnSmallImages) {
  expect_trains_and_updates_each_norm_once("mobilenet_v1", {{"width", 0.25}}, {1, 14, 14});
}

}  // namespace
}  // namespace kdbench::test
