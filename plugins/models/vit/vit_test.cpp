// Sizes, keys and maps of the vision transformer against the published checkpoints, and what its tokens are as maps.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

/// A small transformer: one head, one block between maps.
ParamValues small_vit(const std::string& pool = "class") {
  return {{"width", std::int64_t{64}}, {"depth", std::int64_t{4}}, {"pool", pool}};
}

TEST(Vit, HasThePublishedSizes) {
  const auto at_224 = [](std::int64_t width) {
    return count_params(*build_model("vit", {{"width", width}, {"patch", std::int64_t{16}}}, 1000, {3, 224, 224}));
  };
  EXPECT_EQ(at_224(192), 5717416);   // DeiT-Tiny
  EXPECT_EQ(at_224(384), 22050664);  // DeiT-Small
}

TEST(Vit, HasTheSameBlocksAt32And64Pixels) {
  // Without the 1000 classes and 197 positions of 224 pixels, and with a patch of 4 x 4 x 3 instead of 16 x 16 x 3 numbers:
  // 5,717,416 - 193 * 900 - (197 - 65) * 192 - (768 - 48) * 192
  EXPECT_EQ(count_params(*build_model("vit", {}, 100)), 5717416 - 193 * 900 - 132 * 192 - 720 * 192);
  EXPECT_EQ(count_params(*build_model("vit", {{"width", std::int64_t{384}}}, 100)), 21376996);
  // 8 x 8 x 3 numbers a patch at 64 pixels
  EXPECT_EQ(count_params(*build_model("vit", {}, 100, {3, 64, 64})), 5380132 + (192 - 48) * 192);
  // No class token and no position of it.
  EXPECT_EQ(count_params(*build_model("vit", {{"pool", std::string("mean")}}, 100)), 5380132 - 2 * 192);
}

TEST(Vit, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  expected.weight_and_bias("patch_embed.proj").weight_and_bias("norm").weight_and_bias("head");
  for (int block = 0; block < 12; ++block) {
    for (const char* part : {"norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2"})
      expected.weight_and_bias("blocks." + std::to_string(block) + "." + part);
  }
  auto keys = expected.sorted();
  keys.insert(keys.end(), {"cls_token", "pos_embed"});
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(keys.size(), 12u * 12 + 8);
  EXPECT_EQ(keys_of(*build_model("vit", {}, 100)), keys);
}

TEST(Vit, HandsOutItsTokensAsMaps) {
  EXPECT_EQ(shapes("vit", {}, {3, 32, 32}), "f0 192x8x8, f1 192x8x8*, f2 192x8x8*, f3 192x8x8*, f4 192x8x8*; 192");
  EXPECT_EQ(shapes("vit", {{"width", std::int64_t{384}}}, {3, 64, 64}),
            "f0 384x8x8, f1 384x8x8*, f2 384x8x8*, f3 384x8x8*, f4 384x8x8*; 384");
  // 28 pixels: patches of 4 (3.5 rounded up), 7 of them; 20 x 30: patches of 3, and 21 x 30 pixels with a row of zeros
  EXPECT_EQ(shapes("vit", small_vit(), {1, 28, 28}), "f0 64x7x7, f1 64x7x7*, f2 64x7x7*, f3 64x7x7*, f4 64x7x7*; 64");
  EXPECT_EQ(shapes("vit", small_vit(), {1, 20, 30}), "f0 64x7x10, f1 64x7x10*, f2 64x7x10*, f3 64x7x10*, f4 64x7x10*; 64");
}

// The map of the patches, with positions of 0, is the patches' layer on a patch: the one at row 1, column 2 sees pixels
// [4, 8) x [8, 12) and no others.
TEST(Vit, LaysTokensOutAsPatchesLieInTheImage) {
  torch::NoGradGuard no_grad;
  const auto model = build_model("vit", small_vit(), 10);
  model->named_parameters()["pos_embed"].zero_();
  auto images = random_images(1, {3, 32, 32});
  const auto before = model->forward(images).features.at("f0").clone();
  images.narrow(2, 4, 4).narrow(3, 8, 4).zero_();
  const auto changed = (model->forward(images).features.at("f0") - before).abs().sum(1).squeeze(0).gt(0);
  EXPECT_EQ(changed.sum().item<std::int64_t>(), 1);
  EXPECT_TRUE(changed[1][2].item<bool>());
}

TEST(Vit, ClassifiesTheMeanOfItsTokensWhereAskedTo) {
  const auto mean = build_model("vit", small_vit("mean"), 10)->forward(random_images(2, {3, 32, 32}));
  EXPECT_EQ(mean.embedding_map.sizes(), at::IntArrayRef({2, 64, 8, 8}));
  EXPECT_TRUE(at::allclose(mean.embedding_map.mean({2, 3}), mean.embedding, 1e-5, 1e-6));
  EXPECT_FALSE(build_model("vit", small_vit(), 10)->forward(random_images(2, {3, 32, 32})).embedding_map.defined());
}

TEST(Vit, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("vit", small_vit(), {1, 28, 28});
  expect_same_logits_alone_and_channels_last("vit", small_vit("mean"), {1, 14, 14});
}

TEST(Vit, TrainsOnSmallImages) {
  expect_trains_and_updates_each_norm_once("vit", small_vit(), {1, 14, 14}, /*relu_maps=*/false);
  expect_trains_and_updates_each_norm_once("vit", small_vit("mean"), {1, 8, 8}, /*relu_maps=*/false);
}

TEST(Vit, RefusesWidthsWithoutWholeHeadsAndPatchesLargerThanImages) {
  EXPECT_EQ(refusal("vit", {{"width", std::int64_t{100}}}),
            "vit: width must be a multiple of 64, found 100; the nearest are 64 and 128");
  EXPECT_EQ(refusal("vit", {{"patch", std::int64_t{16}}}, {1, 8, 20}),
            "vit: patch must be at most the shorter side of the image, found patch = 16 for images of 8 x 20; set a smaller "
            "'patch', or 0 for about eight patches a side");
}

}  // namespace
}  // namespace kdbench::test
