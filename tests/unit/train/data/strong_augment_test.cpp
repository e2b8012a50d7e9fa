// Strong augmentation: every operation on bytes that can be followed by hand, and draws that depend on nothing but their
// arguments.
#include <kdbench/train/data/augment.h>
#include <kdbench/train/data/strong_augment.h>

#include <ATen/Functions.h>

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace kdbench {
namespace {

using Bytes = std::vector<std::uint8_t>;
using enum StrongOperation;

/// One operation on an image of one channel, 2 x 3 unless told otherwise.
Bytes done(Bytes pixels, StrongOperation operation, std::int64_t level = 0, std::int64_t height = 2, std::int64_t width = 3) {
  augment_strongly(pixels.data(), height, width, 1, {.steps = {{operation, level}}});
  return pixels;
}

TEST(StrongOperations, DoWhatTheirNamesSay) {
  const Bytes image{10, 20, 30, 40, 50, 60};
  EXPECT_EQ(done(image, kIdentity), image);
  // From 10..60 to 0..255: (20 - 10) * 255 / 50 = 51, and so on.
  EXPECT_EQ(done(image, kAutocontrast), (Bytes{0, 51, 102, 153, 204, 255}));
  EXPECT_EQ(done({7, 7, 7, 7, 7, 7}, kAutocontrast), (Bytes{7, 7, 7, 7, 7, 7}));
  EXPECT_EQ(done(image, kSolarize, 40), (Bytes{10, 20, 30, 215, 205, 195}));
  EXPECT_EQ(done(image, kSolarize, 256), image);
  EXPECT_EQ(done({255, 127, 16, 15, 240, 1}, kPosterize, 4), (Bytes{240, 112, 16, 0, 240, 0}));
  EXPECT_EQ(done(image, kShiftX, 1), (Bytes{0, 10, 20, 0, 40, 50}));
  EXPECT_EQ(done(image, kShiftX, -2), (Bytes{30, 0, 0, 60, 0, 0}));
  EXPECT_EQ(done(image, kShiftY, 1), (Bytes{0, 0, 0, 10, 20, 30}));
}

TEST(StrongOperations, EqualizeSpreadsRanks) {
  // 512 pixels, half of them 3 and half 9. A step is (512 - 256) / 255 = 1 pixel; below 3 there are none (0), below 9 there are
  // 256.
  Bytes image(512, 3);
  std::fill(image.begin() + 256, image.end(), std::uint8_t{9});
  const auto found = done(image, kEqualize, 0, 16, 32);
  EXPECT_EQ(found.front(), 0);
  EXPECT_EQ(found.back(), 255);
  EXPECT_EQ(done({1, 2, 3, 4, 5, 6}, kEqualize), (Bytes{1, 2, 3, 4, 5, 6}));  // fewer pixels than steps
}

TEST(StrongOperations, TreatChannelsApart) {
  Bytes pixels{0, 10, 100, 20};  // two pixels of two channels
  augment_strongly(pixels.data(), 1, 2, 2, {.steps = {{kAutocontrast, 0}}});
  EXPECT_EQ(pixels, (Bytes{0, 0, 255, 255}));
}

TEST(Cutout, IsASquareThatTheEdgeCutsOff) {
  Bytes pixels(16, 1);
  augment_strongly(pixels.data(), 4, 4, 1, {.steps = {}, .cut_y = 0, .cut_x = 2, .cut_side = 3});
  // Rows -1 to 1, columns 1 to 3.
  EXPECT_EQ(pixels, (Bytes{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}));
}

TEST(StrongAugmentations, DependOnSeedEpochRowAndViewAlone) {
  const StrongSettings settings{.operations = 2, .magnitude = 10, .cutout = 4};
  const auto drawn = [&](std::uint64_t seed, std::int64_t epoch, std::int64_t row, std::int64_t view) {
    const auto a = strong_augmentation(seed, epoch, row, view, settings, 32, 32);
    EXPECT_EQ(a.steps, strong_augmentation(seed, epoch, row, view, settings, 32, 32).steps);
    return std::vector<std::int64_t>{static_cast<std::int64_t>(a.steps[0].operation), a.steps[0].level,
                                     static_cast<std::int64_t>(a.steps[1].operation), a.cut_y, a.cut_x};
  };
  EXPECT_NE(drawn(1, 2, 3, 0), drawn(2, 2, 3, 0));
  EXPECT_NE(drawn(1, 2, 3, 0), drawn(1, 3, 3, 0));
  EXPECT_NE(drawn(1, 2, 3, 0), drawn(1, 2, 4, 0));
  EXPECT_NE(drawn(1, 2, 3, 0), drawn(1, 2, 3, 1));
  std::set<StrongOperation> seen;
  std::set<std::int64_t> shifts;
  for (std::int64_t row = 0; row < 300; ++row) {
    for (const auto& step : strong_augmentation(1, 0, row, 0, settings, 32, 32).steps) {
      seen.insert(step.operation);
      if (step.operation == kShiftX) shifts.insert(step.level);
      if (step.operation == kPosterize) {
        EXPECT_EQ(step.level, 4);
      }
      if (step.operation == kSolarize) {
        EXPECT_EQ(step.level, 0);
      }
    }
  }
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(shifts, (std::set<std::int64_t>{-14, 14}));  // 32 * 150 / 331
}

TEST(GatherStrong, MovesFirstAndNormalisesLast) {
  // Bytes 0 51 102 / 153 204 255, up by one row and mirrored: 255 204 153 / 0 0 0; solarized from 200 on: 0 51 153 / 0 0 0.
  const auto image = at::arange(6, at::kByte).mul(51).view({1, 2, 3, 1});
  const std::int64_t zero = 0;
  const auto found = gather_bytes_cpu(image, &zero, 1, {{1, 0, true}}, byte_table({0.0}, {1.0}), {{.steps = {{kSolarize, 200}}}});
  EXPECT_TRUE(at::allclose(found.contiguous().view(-1), at::tensor({0.0F, 0.2F, 0.6F, 0.0F, 0.0F, 0.0F})));
}

}  // namespace
}  // namespace kdbench
