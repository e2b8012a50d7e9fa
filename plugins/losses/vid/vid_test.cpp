// VID: a value and gradients by hand, how the variance begins, and that it is trained.
#include <tests/plugins/feature_checks.h>

#include <cmath>

namespace kdbench::test::vid_loss {
namespace {

/// The loss for one channel each, with mean = relu(relu(2 x)) * 1 and variance softplus(a) + 1e-5.
std::shared_ptr<Loss> with_known_weights(const TwoNetworks& networks) {
  const auto loss = build_loss("vid", {}, networks);
  set_state(*loss, "f1.conv1.weight", numbers({2}, {1}));
  set_state(*loss, "f1.conv2.weight", numbers({1}, {1}));
  set_state(*loss, "f1.conv3.weight", numbers({1}, {1}));
  set_state(*loss, "f1.log_scale", numbers({std::log(std::expm1(4 - 1e-5))}, {1}));  // variance 4
  return loss;
}

TEST(VidLoss, IsTheSurpriseOfAGaussian) {
  // The mean of 3 is 6, the teacher has 4: 0.5 (2^2 / 4 + ln 4).
  auto networks = behind_a_stem(numbers({3}, {1, 1, 1, 1}), numbers({4}, {1, 1, 1, 1}));
  const auto loss = with_known_weights(networks);
  const auto found = total(*loss, networks);
  EXPECT_NEAR(found.item<double>(), 0.5 * (1 + std::log(4.0)), 1e-14);
  found.backward();
  // d/dx = (6 - 4) / 4 * 2
  expect_numbers(networks.student.features.at("f1").grad(), {1});
  // d/dvar = 0.5 (-4 / 16 + 1 / 4) = 0: the variance is the squared distance already.
  expect_numbers(loss->named_parameters()["f1.log_scale"].grad(), {0});
  EXPECT_NEAR(loss->named_parameters()["f1.conv1.weight"].grad().item<double>(), 1.5, 1e-14);
}

TEST(VidLoss, PoolsTheLargerMap) {
  auto networks = behind_a_stem(numbers({1, 5}, {1, 1, 1, 2}), numbers({4}, {1, 1, 1, 1}));
  EXPECT_NEAR(total(*with_known_weights(networks), networks).item<double>(), 0.5 * (1 + std::log(4.0)), 1e-14);
}

TEST(VidLoss, BeginsWithTheGivenVarianceAndTrainsIt) {
  auto networks = behind_a_stem(at::ones({2, 3, 2, 2}, torch::kFloat64), at::ones({2, 5, 2, 2}, torch::kFloat64));
  for (const double variance : {5.0, 0.5}) {
    const auto loss = build_loss("vid", {{"initial_variance", variance}}, networks);
    const auto log_scale = loss->named_parameters()["f1.log_scale"];
    EXPECT_EQ(log_scale.numel(), 5);
    EXPECT_NEAR(log_scale[0].exp().log1p().item<double>() + 1e-5, variance, 1e-6);
    EXPECT_TRUE(log_scale.requires_grad());
  }
}

TEST(VidLoss, HasConvolutionsOfTheTeachersWidthUnlessToldOtherwise) {
  auto networks = behind_a_stem(at::ones({2, 3, 2, 2}, torch::kFloat64), at::ones({2, 5, 2, 2}, torch::kFloat64));
  EXPECT_EQ(build_loss("vid", {}, networks)->named_parameters()["f1.conv2.weight"].size(0), 5);
  const auto loss = build_loss("vid", {{"mid_channels", std::int64_t{7}}}, networks);
  EXPECT_EQ(loss->named_parameters()["f1.conv1.weight"].sizes().vec(), (std::vector<std::int64_t>{7, 3, 1, 1}));
  EXPECT_EQ(loss->named_parameters()["f1.conv3.weight"].sizes().vec(), (std::vector<std::int64_t>{5, 7, 1, 1}));
}

}  // namespace
}  // namespace kdbench::test::vid_loss
