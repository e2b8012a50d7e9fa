// Sizes, keys and maps of the MLP-Mixer against published checkpoints, and along what its perceptrons run.
#include <tests/plugins/model_checks.h>

namespace kdbench::test {
namespace {

/// One block between maps.
ParamValues small_mixer() { return {{"width", std::int64_t{16}}, {"depth", std::int64_t{4}}}; }

TEST(Mixer, HasThePublishedSizes) {
  const auto at_224 = [](std::int64_t width, std::int64_t depth) {
    return count_params(
        *build_model("mixer", {{"width", width}, {"depth", depth}, {"patch", std::int64_t{16}}}, 1000, {3, 224, 224}));
  };
  EXPECT_EQ(at_224(512, 8), 18528264);   // Mixer-S/16
  EXPECT_EQ(at_224(768, 12), 59880472);  // Mixer-B/16
  EXPECT_EQ(count_params(*build_model("mixer", {}, 100)), 17156196);
  // 8 x 8 x 3 numbers a patch at 64 pixels instead of 4 x 4 x 3
  EXPECT_EQ(count_params(*build_model("mixer", {}, 100, {3, 64, 64})), 17156196 + (192 - 48) * 512);
}

TEST(Mixer, HasTheKeysOfPublicCheckpoints) {
  Keys expected;
  expected.weight_and_bias("stem.proj").weight_and_bias("norm").weight_and_bias("head");
  for (int block = 0; block < 8; ++block) {
    for (const char* part : {"norm1", "mlp_tokens.fc1", "mlp_tokens.fc2", "norm2", "mlp_channels.fc1", "mlp_channels.fc2"})
      expected.weight_and_bias("blocks." + std::to_string(block) + "." + part);
  }
  EXPECT_EQ(expected.sorted().size(), 8u * 12 + 6);
  EXPECT_EQ(keys_of(*build_model("mixer", {}, 100)), expected.sorted());
}

TEST(Mixer, HandsOutItsTokensAsMaps) {
  EXPECT_EQ(shapes("mixer", {}, {3, 32, 32}), "f0 512x8x8, f1 512x8x8*, f2 512x8x8*, f3 512x8x8*, f4 512x8x8*; 512");
  EXPECT_EQ(shapes("mixer", small_mixer(), {3, 64, 64}), "f0 16x8x8, f1 16x8x8*, f2 16x8x8*, f3 16x8x8*, f4 16x8x8*; 16");
  // 20 x 30 pixels: patches of 3 (20 / 8 rounded), 21 x 30 with a row of zeros
  EXPECT_EQ(shapes("mixer", small_mixer(), {1, 20, 30}), "f0 16x7x10, f1 16x7x10*, f2 16x7x10*, f3 16x7x10*, f4 16x7x10*; 16");
}

// Without the perceptrons along tokens a patch is seen by its own token alone; with them by all.
TEST(Mixer, MixesPatchesByThePerceptronsAlongTokensAlone) {
  torch::NoGradGuard no_grad;
  const auto model = build_model("mixer", small_mixer(), 10);
  const auto changed_places = [&] {
    auto images = random_images(1, {3, 32, 32});
    const auto before = model->forward(images).features.at("f4").clone();
    images.narrow(2, 4, 4).narrow(3, 8, 4).zero_();
    return (model->forward(images).features.at("f4") - before).abs().sum(1).squeeze(0).gt(0);
  };
  EXPECT_EQ(changed_places().sum().item<std::int64_t>(), 64);
  for (auto& item : model->named_parameters()) {
    if (item.key().find("mlp_tokens.fc2") != std::string::npos) item.value().zero_();
  }
  EXPECT_EQ(changed_places().sum().item<std::int64_t>(), 1);
  EXPECT_TRUE(changed_places()[1][2].item<bool>());
}

TEST(Mixer, PoolsTheMapOfItsEmbedding) {
  const auto out = build_model("mixer", small_mixer(), 10)->forward(random_images(2, {3, 32, 32}));
  EXPECT_TRUE(at::allclose(out.embedding_map.mean({2, 3}), out.embedding, 1e-5, 1e-6));
}

TEST(Mixer, DoesNotDependOnBatchOrMemoryFormat) {
  expect_same_logits_alone_and_channels_last("mixer", small_mixer(), {1, 28, 28});
}

TEST(Mixer, TrainsOnSmallImages) {
  expect_trains_and_updates_each_norm_once("mixer", small_mixer(), {1, 14, 14}, /*relu_maps=*/false);
}

TEST(Mixer, RefusesPatchesLargerThanImages) {
  EXPECT_EQ(refusal("mixer", {{"patch", std::int64_t{16}}}, {1, 8, 20}),
            "mixer: patch must be at most the shorter side of the image, found patch = 16 for images of 8 x 20; set a smaller "
            "'patch', or 0 for about eight patches a side");
}

}  // namespace
}  // namespace kdbench::test
