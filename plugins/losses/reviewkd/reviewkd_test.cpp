// ReviewKD: the distance by hand, the way of the fusion, and what is declined.
#include <tests/plugins/feature_checks.h>

#include <ATen/ops/randn.h>

#include <cmath>

namespace kdbench::test::reviewkd_loss {
namespace {

const ParamValues kMaps{{"fusion", false}};

TEST(ReviewkdLoss, WeighsResolutionsByHalves) {
  // Differences (2, 0; 0, 0): mean square 1; pooled to 1 x 1 the difference is 1/2: square 1/4. 2 x 2 and 4 x 4 are not smaller.
  // (1 + 1/2 * 1/4) / (1 + 1/2) = 3/4
  auto networks = behind_a_stem(numbers({2, 0, 0, 0}, {1, 1, 2, 2}), at::zeros({1, 1, 2, 2}, torch::kFloat64));
  const auto found = total("reviewkd", {{"fusion", false}, {"weight", 2.0}}, networks);
  EXPECT_NEAR(found.item<double>(), 2 * 0.75, 1e-15);
  found.backward();
  // d/ds_i = 2 * 2/3 (2 d_i / 4 + 1/2 * 2 * 1/2 * 1/4) with d = (2, 0, 0, 0)
  expect_numbers(networks.student.features.at("f1").grad(), {4.0 / 3 * 1.125, 1.0 / 6, 1.0 / 6, 1.0 / 6});
}

TEST(ReviewkdLoss, ComparesTheStudentsMapWithTheTeachersBeforeItsActivation) {
  auto networks = behind_a_stem(numbers({1}, {1, 1, 1, 1}), numbers({1}, {1, 1, 1, 1}));
  networks.teacher.preactivations["f1"] = numbers({-2}, {1, 1, 1, 1});
  EXPECT_NEAR(total("reviewkd", kMaps, networks).item<double>(), 9, 1e-15);
}

/// One stage of 2 channels, 4 x 4 for the student and 2 x 2 of 3 channels for the teacher, and embeddings.
TwoNetworks fused_networks() {
  at::manual_seed(4);
  auto networks = behind_a_stem(at::randn({3, 2, 4, 4}, torch::kFloat64), at::randn({3, 3, 2, 2}, torch::kFloat64));
  return networks.embeddings(at::randn({3, 2}, torch::kFloat64), at::randn({3, 3}, torch::kFloat64));
}

TEST(ReviewkdFusion, LeadsEveryMapToTheTeachersShape) {
  auto networks = fused_networks();
  const auto loss = build_loss("reviewkd", {}, networks);
  const auto parameters = loss->named_parameters();
  EXPECT_EQ(parameters["f1.reduce.conv.weight"].sizes().vec(), (std::vector<std::int64_t>{2, 2, 1, 1}));
  EXPECT_EQ(parameters["f1.attend.weight"].sizes().vec(), (std::vector<std::int64_t>{2, 4, 1, 1}));
  EXPECT_EQ(parameters["f1.lead.conv.weight"].sizes().vec(), (std::vector<std::int64_t>{3, 2, 3, 3}));
  EXPECT_FALSE(parameters.contains("embedding.attend.weight"));  // there is nothing deeper
  expect_finite(total(*loss, networks), networks);
  EXPECT_GT(networks.student.embedding.grad().abs().max().item<double>(), 0);
}

TEST(ReviewkdFusion, SharesOutBetweenAMapAndTheDeeperOnes) {
  auto networks = fused_networks();
  const auto loss = build_loss("reviewkd", {}, networks);
  // Without a share of the deeper ones no gradient reaches the embedding by way of f1. Its own way is closed by a batch norm that
  // returns a constant.
  set_state(*loss, "f1.attend.weight", at::zeros({2, 4, 1, 1}, torch::kFloat64));
  set_state(*loss, "f1.attend.bias", numbers({0, -800}, {2}));
  set_state(*loss, "embedding.lead.bn.weight", at::zeros({3}, torch::kFloat64));
  total(*loss, networks).backward();
  EXPECT_LT(networks.student.embedding.grad().abs().max().item<double>(), 1e-14);
  networks.student.embedding.mutable_grad() = torch::Tensor();
  set_state(*loss, "f1.attend.bias", numbers({0, 0}, {2}));
  total(*loss, networks).backward();
  EXPECT_GT(networks.student.embedding.grad().abs().max().item<double>(), 1e-6);
}

TEST(ReviewkdLoss, SaysWhatItCannotCompare) {
  const std::vector<FeatureShape> student{{"f0", 2, 4, 4}, {"f1", 2, 4, 4}}, teacher{{"f0", 2, 4, 4}, {"f1", 3, 2, 2}};
  EXPECT_EQ(refusal("reviewkd", kMaps, {.student = student, .teacher = teacher}),
            "fusion = false compares maps of one shape, found the student's 'f1' [2, 4, 4] and the teacher's 'f1' [3, 2, 2]; set "
            "fusion = true");
  EXPECT_EQ(refusal("reviewkd", {}, {.student = student, .teacher = teacher}),
            "expected embeddings, found none of the student; use a model that has one");
  auto one = behind_a_stem(at::ones({1, 2, 4, 4}, torch::kFloat64), at::ones({1, 3, 2, 2}, torch::kFloat64));
  one.embeddings(at::ones({1, 2}, torch::kFloat64), at::ones({1, 3}, torch::kFloat64));
  EXPECT_EQ(
      complaint([&] { total("reviewkd", {}, one); }),
      "the fusion's batch norm needs more than one value a channel, found one image whose map is 1 x 1; use larger batches");
}

}  // namespace
}  // namespace kdbench::test::reviewkd_loss
