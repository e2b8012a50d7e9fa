// Turning images, drawing angles, and the data set that does both.
#include <plugins/datasets/rotated/turn.h>

#include <tests/plugins/dataset_checks.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

namespace {

TEST(Turn, IsAnticlockwise) {
  const auto image = at::tensor({1, 2, 3, 4}, torch::kUInt8).view({1, 1, 2, 2});
  EXPECT_TRUE(rotated::turn(image, 1).flatten().equal(at::tensor({2, 4, 1, 3}, torch::kUInt8)));
  EXPECT_TRUE(rotated::turn(image, 2).flatten().equal(at::tensor({4, 3, 2, 1}, torch::kUInt8)));
}

TEST(Turn, GivesTheOriginalAfterFourTimes) {
  const auto images = at::arange(2 * 3 * 25, torch::kInt64).to(torch::kUInt8).view({2, 3, 5, 5});
  auto turned = images;
  for (int i = 0; i < 4; ++i) turned = rotated::turn(turned, 1);
  EXPECT_TRUE(turned.equal(images));
  EXPECT_TRUE(rotated::turn(images, 3).equal(rotated::turn(rotated::turn(images, 1), 2)));
}

TEST(DrawAngles, GivesEveryClassEachAngleEquallyOften) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 48; ++i) labels.push_back(i % 3);  // 16 rows a class, 4 an angle
  const auto angles = rotated::draw(labels.data(), labels.size(), 3, 4, 9);
  std::vector<int> count(12);
  for (std::size_t i = 0; i < labels.size(); ++i) ++count[static_cast<std::size_t>(labels[i] * 4 + angles[i])];
  EXPECT_EQ(count, std::vector<int>(12, 4));
  EXPECT_EQ(angles, rotated::draw(labels.data(), labels.size(), 3, 4, 9));
  EXPECT_NE(angles, rotated::draw(labels.data(), labels.size(), 3, 4, 10));
}

}  // namespace

namespace kdbench::test {
namespace {

TEST(Rotated, GivesEveryImageOneAngle) {
  const auto rotated = dataset("rotated", {}, twelve());
  EXPECT_EQ(rotated->info().num_classes, 12);
  EXPECT_EQ(rotated->info().num_train, 12);
  EXPECT_FALSE(rotated->info().has_posterior);
  const auto split = rotated->load(SplitKind::kTrain, "");
  EXPECT_TRUE(
      split.labels.bincount({}, 12).equal(at::tensor(std::vector<std::int64_t>(12, 1), torch::kInt64)));  // 4 rows, 4 angles
  const auto plain = Twelve().load(SplitKind::kTrain, "");
  for (std::int64_t i = 0; i < 12; ++i) {
    const auto label = split.labels[i].item<std::int64_t>();
    EXPECT_EQ(label / 4, i % 3);
    EXPECT_TRUE(split.images[i].equal(plain.images[i].rot90(label % 4, {1, 2})));
  }
}

TEST(Rotated, GivesEveryImageEveryAngleIfAsked) {
  const auto rotated = dataset("rotated", {{"copies", std::string("all")}, {"angles", std::int64_t{2}}}, twelve());
  EXPECT_EQ(rotated->info().num_classes, 6);
  EXPECT_EQ(rotated->info().num_train, 24);
  const auto split = rotated->load(SplitKind::kTrain, "");
  EXPECT_TRUE(split.labels.slice(0, 0, 6).equal(at::tensor({0, 1, 2, 3, 4, 5}, torch::kInt64)));
  // Image 1 is 4 5 / 6 7; turned anticlockwise it is 5 7 / 4 6.
  EXPECT_TRUE(split.images[2].flatten().equal(at::tensor({4, 5, 6, 7}, torch::kUInt8)));
  EXPECT_TRUE(split.images[3].flatten().equal(at::tensor({5, 7, 4, 6}, torch::kUInt8)));
}

TEST(Rotated, NeedsSquareImages) {
  for (const auto& image : {ImageShape{1, 2, 3}, ImageShape{8, 1, 1}}) {
    EXPECT_NE(complaint([&] {
                dataset("rotated", {}, {.of = std::make_shared<Twelve>(image), .note = {}});
              }).find("it needs square images of at least 2 x 2 pixels"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace kdbench::test
