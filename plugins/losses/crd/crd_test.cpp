// CRD: values of the authors' contrast, a batch by hand with what the memories keep, and which images are drawn.
#include "nce.h"

#include <tests/plugins/feature_checks.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>

#include <cmath>

namespace kdbench::test::crd_loss {
namespace {

TEST(CrdContrast, IsTheLikelihoodOfTellingTheFirstFromTheDrawn) {
  // Two images, one drawn each, among five rows: c = 1/5. Scores 1/5 and 1/5: -(ln 1/2 + ln 1/2) each; 3/5 and 1/5: -(ln 3/4 + ln
  // 1/2). eps moves them by about 1e-7.
  const auto scores = numbers({0.2, 0.2, 0.6, 0.2}, {2, 2}).requires_grad_(true);
  const auto found = crd::contrast(scores.log(), 5);
  EXPECT_NEAR(found.item<double>(), -(3 * std::log(0.5) + std::log(0.75)) / 2, 1e-6);
  found.backward();
  // d/dx_0 = -(1/x_0 - 1/(x_0 + c)) / 2, d/dx_1 = 1/(x_1 + c) / 2
  const std::vector<double> expected{-1.25, 1.25, -(1 / 0.6 - 1 / 0.8) / 2, 1.25};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(scores.grad().flatten()[static_cast<std::int64_t>(i)].item<double>(), expected[i], 1e-5) << i;
  }
}

TEST(CrdContrast, StaysFiniteForScoresFarApart) {
  const auto logs = at::tensor({-300.0f, 300.0f}).view({1, 2}).requires_grad_(true);
  // c = 1/10: the first has the share e^-300 / 0.1, the drawn one 0.1 / e^300: -(-300 - ln 0.1 + ln 0.1 - 300)
  const auto found = crd::contrast(logs, 10);
  EXPECT_NEAR(found.item<double>(), 600, 1e-3);
  found.backward();
  EXPECT_TRUE(at::isfinite(logs.grad()).all().item<bool>());
}

/// Four rows of two classes; the batch is row 1, whose embeddings are unit vectors already.
TwoNetworks one_image() {
  auto networks = TwoNetworks{}.embeddings(numbers({3, 4}, {1, 2}), numbers({0, 2}, {1, 2}));
  networks.context.num_train = 4;
  networks.context.train_labels = at::tensor({0, 0, 1, 1}, torch::kInt64);
  networks.indices = at::tensor({1}, torch::kInt64);
  networks.labels = at::tensor({0}, torch::kInt64);
  return networks;
}

/// A loss whose linear layers change nothing, with memories of unit vectors.
std::shared_ptr<Loss> without_projection(const TwoNetworks& networks, std::int64_t negatives) {
  const auto loss = build_loss("crd",
                               {{"embed_width", std::int64_t{2}},
                                {"negatives", negatives},
                                {"contrast_temperature", 1.0},
                                {"momentum", 0.5},
                                {"weight", 1.0}},
                               networks);
  for (const auto* side : {"embed.student", "embed.teacher"}) {
    set_state(*loss, std::string(side) + ".weight", at::eye(2, torch::kFloat64));
    set_state(*loss, std::string(side) + ".bias", at::zeros({2}, torch::kFloat64));
  }
  const auto memory = numbers({1, 0, 1, 0, 0, 1, 0, 1}, {4, 2});
  for (const auto* name : {"student_memory", "teacher_memory"}) set_state(*loss, name, memory);
  return loss;
}

TEST(CrdLoss, TellsAnImageFromTheDrawnByTheOthersMemory) {
  auto networks = one_image();
  const auto loss = without_projection(networks, 1);
  loss->use_draws("negatives", at::tensor({1, 2}, torch::kInt64).view({1, 2}));
  // Student (0.6, 0.8) against the teacher's memory of rows 1 and 2: products 0.6 and 0.8, scores e^0.6 and e^0.8 over z = 4
  // times their mean; teacher (0, 1): 0 and 1.
  const auto contrast = [](double first, double second) {
    const double z = 2 * (std::exp(first) + std::exp(second)), a = std::exp(first) / z, b = std::exp(second) / z, c = 0.25 + 1e-7;
    return -(std::log(a / (a + c)) + std::log(0.25 / (b + c)));
  };
  const auto found = terms(*loss, networks).terms();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(found[0].second.item<double>(), contrast(0.6, 0.8), 1e-14);
  EXPECT_NEAR(found[1].second.item<double>(), contrast(0, 1), 1e-14);
  // Half of (1, 0) and half of (0.6, 0.8) is (0.8, 0.4), of length sqrt 0.8; other rows stay. The gradient is still to be had.
  const auto memory = loss->named_buffers()["student_memory"];
  expect_numbers(memory[1], {0.8 / std::sqrt(0.8), 0.4 / std::sqrt(0.8)});
  expect_numbers(memory[0], {1, 0});
  expect_finite(found[0].second + found[1].second, networks);
  // The second batch keeps z.
  const double z = loss->named_buffers()["student_z"].item<double>();
  EXPECT_NEAR(z, 2 * (std::exp(0.6) + std::exp(0.8)), 1e-14);
  total(*loss, networks);
  EXPECT_EQ(loss->named_buffers()["student_z"].item<double>(), z);
}

TEST(CrdLoss, DrawsImagesOfOtherClassesBySeedStepAndRow) {
  // The teacher's memory is the same within a class, so that only what is drawn of the image's own class would change the value:
  // with any draws of class 1 every negative has the product 0.8.
  auto networks = one_image();
  const auto value = [&](std::int64_t negatives) {
    return terms(*without_projection(networks, negatives), networks).terms()[0].second;
  };
  const double first = std::exp(0.6), other = std::exp(0.8), c = 2 + 1e-7;
  const double z = 4 * (first + 8 * other) / 9;
  EXPECT_NEAR(value(8).item<double>(), -(std::log(first / z / (first / z + c)) + 8 * std::log(2 / (other / z + c))), 1e-13);
  // Of one class alone there is nothing to draw.
  networks.context.train_labels = at::zeros({4}, torch::kInt64);
  EXPECT_EQ(complaint([&] { value(1); }), "crd: expected training rows of at least two classes, found one");
}

TEST(CrdLoss, TakesTheScoresOfACaseOnce) {
  auto networks = one_image();
  const auto loss = without_projection(networks, 1);
  loss->use_draws("student_scores", numbers({0.25, 0.25}, {1, 2, 1}));
  // One drawn among four rows, c = 1/4: -(ln 1/2 + ln 1/2). eps moves it by less than 1e-6.
  EXPECT_NEAR(terms(*loss, networks).terms()[0].second.item<double>(), 2 * std::log(2.0), 1e-6);
  EXPECT_GT(std::abs(terms(*loss, networks).terms()[0].second.item<double>() - 2 * std::log(2.0)), 1e-3);
}

TEST(CrdLoss, RefusesDrawsThatItDoesNotMake) {
  auto networks = one_image();
  EXPECT_EQ(complaint([&] { build_loss("crd", {}, networks)->use_draws("noise", at::zeros({1})); }),
            "the loss draws nothing by the name 'noise'");
}

}  // namespace
}  // namespace kdbench::test::crd_loss
