// Turning images, and drawing angles.
#include <plugins/datasets/rotated/turn.h>

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
