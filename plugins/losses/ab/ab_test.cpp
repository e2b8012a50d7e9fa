// AB: a value and a gradient by hand, how stages weigh, connectors, and what is declined.
#include <tests/plugins/feature_checks.h>

namespace kdbench::test::ab_loss {
namespace {

constexpr double kScale = 3.0 / 1000;

TEST(AbLoss, AsksForTheTeachersSideByAMargin) {
  // Teacher inactive: s = 0.5 is 1.5 above -1: 2.25; s = -2 is beyond it: 0. Teacher active: s = 0.5 is 0.5 below 1: 0.25;
  // s = 3 is beyond it: 0.
  auto networks = behind_a_stem(numbers({0.5, -2, 0.5, 3}, {1, 4, 1, 1}), numbers({-1, 0, 2, 0.1}, {1, 4, 1, 1}));
  const auto found = total("ab", {{"weight", 2.0}}, networks);
  EXPECT_NEAR(found.item<double>(), 2 * kScale * 2.5, 1e-15);
  found.backward();
  expect_numbers(networks.student.features.at("f1").grad(), {2 * kScale * 3, 0, 2 * kScale * -1, 0});
}

TEST(AbLoss, CountsEveryStageTwiceAsMuchAsTheOneBefore) {
  // Each stage has one violation of 1 (s = 0, the margin 1): 1/4 + 1/2 + 1.
  const auto s = numbers({0}, {1, 1, 1, 1}), t = numbers({1}, {1, 1, 1, 1});
  auto networks = behind_a_stem(s, t).maps("f2", s, t).maps("f3", s, t);
  EXPECT_NEAR(total("ab", {}, networks).item<double>(), kScale * 1.75, 1e-15);
}

TEST(AbLoss, IsAMeanOverImagesAndASumOverNeurons) {
  const auto s = at::zeros({3, 2, 2, 2}, torch::kFloat64), t = at::ones({3, 2, 2, 2}, torch::kFloat64);
  EXPECT_NEAR(total("ab", {{"margin", 2.0}}, behind_a_stem(s, t)).item<double>(), kScale * 8 * 4, 1e-14);
}

TEST(AbLoss, ConnectsMapsOfOtherShapes) {
  auto networks = behind_a_stem(at::ones({2, 3, 4, 4}, torch::kFloat64), at::ones({2, 5, 2, 2}, torch::kFloat64));
  const auto loss = build_loss("ab", {}, networks);
  EXPECT_EQ(loss->named_parameters()["f1.conv.weight"].sizes().vec(), (std::vector<std::int64_t>{5, 3, 3, 3}));
  expect_finite(total(*loss, networks), networks);
  EXPECT_EQ(
      refusal("ab", {}, {.student = {{"f0", 3, 4, 4}, {"f1", 3, 4, 4}}, .teacher = {{"f0", 5, 9, 9}, {"f1", 5, 9, 9}}}),
      "no regressor fits the student's 'f1' [3, 4, 4] and the teacher's 'f1' [5, 9, 9]: the student's must be twice or half "
      "as high and wide, or at least as high and wide");
}

TEST(AbLoss, SaysWhoHandsOutNoMapBeforeItsActivation) {
  auto networks = behind_a_stem(numbers({1}, {1, 1, 1, 1}), numbers({1}, {1, 1, 1, 1}));
  networks.student.preactivations.clear();
  EXPECT_EQ(
      complaint([&] { total("ab", {}, networks); }),
      "ab: the student returned no map 'f1' before its activation, which this loss compares; use a model that hands it out");
}

}  // namespace
}  // namespace kdbench::test::ab_loss
