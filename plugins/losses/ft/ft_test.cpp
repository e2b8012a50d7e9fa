// FT: values and a gradient by hand, who learns from which term, and what is declined.
#include <tests/plugins/feature_checks.h>

#include <ATen/ops/randn.h>

#include <cmath>

namespace kdbench::test::ft_loss {
namespace {

const ParamValues kMaps{{"factors", "maps"}, {"weight", 1.0}};

ParamValues with(const std::string& key, const ParamValue& value) {
  auto params = kMaps;
  params[key] = value;
  return params;
}

TEST(FtLoss, ComparesDirectionsOfFactors) {
  // (3, 4) / 5 = (0.6, 0.8) against (1, 0): differences -0.4 and 0.8, their mean 0.6; squares 0.16 and 0.64, mean 0.4.
  auto networks = behind_a_stem(numbers({3, 4}, {1, 2, 1, 1}), numbers({2, 0}, {1, 2, 1, 1}));
  EXPECT_NEAR(total("ft", with("p", 2.0), networks).item<double>(), 0.4, 1e-15);
  const auto found = total("ft", kMaps, networks);
  EXPECT_NEAR(found.item<double>(), 0.6, 1e-15);
  found.backward();
  // d/d(direction) = (-1, 1) / 2 = g, <direction, g> = 0.1: (g - 0.1 direction) / 5
  expect_numbers(networks.student.features.at("f1").grad(), {(-0.5 - 0.06) / 5, (0.5 - 0.08) / 5});
}

TEST(FtLoss, ComparesAttentionWhereItIsToldTo) {
  // Squares averaged over the channels: the student's places hold (9 + 0, 16 + 0) / 2, direction (9, 16) / sqrt 337; the
  // teacher's (1, 0) of one channel.
  auto networks = behind_a_stem(numbers({3, 4, 0, 0}, {1, 2, 1, 2}), numbers({5, 0}, {1, 1, 1, 2}));
  const double length = std::sqrt(337.0);
  EXPECT_NEAR(total("ft", with("compare", "attention"), networks).item<double>(), (1 - 9 / length + 16 / length) / 2, 1e-15);
}

TEST(FtLoss, TrainsTheParaphraserByItsReconstructionAlone) {
  at::manual_seed(2);
  auto networks = behind_a_stem(at::randn({3, 2, 4, 4}, torch::kFloat64), at::randn({3, 4, 2, 2}, torch::kFloat64));
  const auto loss = build_loss("ft", {}, networks);
  EXPECT_EQ(loss->named_parameters()["translator.conv3.weight"].sizes().vec(), (std::vector<std::int64_t>{2, 2, 3, 3}));
  const auto found = terms(*loss, networks).terms();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].first, "factor");
  EXPECT_EQ(found[1].first, "reconstruction");
  found[1].second.backward();
  EXPECT_FALSE(networks.student.features.at("f1").grad().defined());
  EXPECT_TRUE(loss->named_parameters()["paraphraser.conv1.weight"].grad().defined());
  loss->zero_grad();
  found[0].second.backward();
  EXPECT_GT(networks.student.features.at("f1").grad().abs().max().item<double>(), 0);
  EXPECT_EQ(loss->named_parameters()["paraphraser.conv1.weight"].grad().abs().max().item<double>(), 0);
}

TEST(FtLoss, StaysFiniteForAFactorOfZeros) {
  auto networks = behind_a_stem(at::zeros({2, 2, 2, 2}, torch::kFloat64), at::ones({2, 2, 2, 2}, torch::kFloat64));
  expect_finite(total("ft", kMaps, networks), networks);
}

TEST(FtLoss, DeclinesMapsOfOtherWidthsAsFactors) {
  const std::vector<FeatureShape> narrow{{"f0", 2, 4, 4}}, wide{{"f0", 3, 4, 4}};
  EXPECT_EQ(refusal("ft", kMaps, {.student = narrow, .teacher = wide}),
            "factors = \"maps\" compares maps of as many channels, found the student's 'f0' [2, 4, 4] and the teacher's 'f0' [3, "
            "4, 4]; set factors = \"learned\" or compare = \"attention\"");
  EXPECT_EQ(refusal("ft", {}, {.student = narrow, .teacher = wide}), "accepted");
}

}  // namespace
}  // namespace kdbench::test::ft_loss
