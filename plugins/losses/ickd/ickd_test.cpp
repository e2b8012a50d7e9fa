// ICKD: a value and a gradient by hand, both variants, channels that differ in number, and a channel that is zero.
#include <tests/plugins/feature_checks.h>

#include <cmath>

namespace kdbench::test::ickd_loss {
namespace {

const ParamValues kOnce{{"weight", 1.0}};

TEST(IckdLoss, ComparesRowsOfInnerProductsOfChannels) {
  // Student's channels (2), (1): products (4, 2; 2, 1), both rows in the direction (2, 1) / sqrt 5. Teacher's at right angles:
  // rows (1, 0), (0, 1). The squares sum to 4 - 6 / sqrt 5 (see sp), over 2 channels.
  auto networks = behind_a_stem(numbers({2, 1}, {1, 2, 1, 1}), numbers({1, 0, 0, 3}, {1, 2, 1, 2}));
  const auto found = total("ickd", kOnce, networks);
  EXPECT_NEAR(found.item<double>(), 2 - 3 / std::sqrt(5.0), 1e-15);
  found.backward();
  // Of channels (a, b) it is 2 - (a + b) / rho: d/da = b (a - b) / rho^3, d/db = a (b - a) / rho^3.
  const double cube = 5 * std::sqrt(5.0);
  expect_numbers(networks.student.features.at("f1").grad(), {1 / cube, -2 / cube});
}

TEST(IckdLoss, IsAMeanOverImagesUnlessItIsTheAuthorsVariant) {
  auto networks = behind_a_stem(numbers({2, 1, 2, 1}, {2, 2, 1, 1}), numbers({1, 0, 0, 3, 1, 0, 0, 3}, {2, 2, 1, 2}));
  EXPECT_NEAR(total("ickd", kOnce, networks).item<double>(), 2 - 3 / std::sqrt(5.0), 1e-15);
  EXPECT_NEAR(total("ickd", {{"weight", 1.0}, {"variant", "authors"}}, networks).item<double>(), 1 - 1.5 / std::sqrt(5.0), 1e-15);
}

TEST(IckdLoss, LeadsTheStudentToTheTeachersNumberOfChannels) {
  auto networks = behind_a_stem(at::ones({2, 3, 2, 2}, torch::kFloat64), at::ones({2, 5, 1, 1}, torch::kFloat64));
  const auto loss = build_loss("ickd", {}, networks);
  EXPECT_EQ(loss->named_parameters()["embed.weight"].sizes().vec(), (std::vector<std::int64_t>{5, 3, 1, 1}));
  expect_finite(total(*loss, networks), networks);
  auto one = behind_a_stem(at::ones({1, 3, 1, 1}, torch::kFloat64), at::ones({1, 5, 1, 1}, torch::kFloat64));
  EXPECT_EQ(complaint([&] { total("ickd", {}, one); }),
            "the ickd's batch norm needs more than one value a channel, found one image whose map is 1 x 1; use larger batches");
}

TEST(IckdLoss, StaysFiniteForAChannelOfZeros) {
  auto networks = behind_a_stem(numbers({0, 0, 1, 2}, {1, 2, 1, 2}), numbers({1, 0, 0, 1}, {1, 2, 1, 2}));
  expect_finite(total("ickd", kOnce, networks), networks);
}

}  // namespace
}  // namespace kdbench::test::ickd_loss
